// An order of execution for groups and the instructions around them.
#include <algorithm>
#include <queue>

#include "pointwise_group.h"

namespace laminet {
namespace {

class Schedule {
 public:
  Schedule(const Program& program, const std::vector<bool>& claimed, const std::vector<PointwiseGroup>& groups)
      : program_(program), groups_(groups), node_of_value_(program.types.size(), -1) {
    for (size_t g = 0; g < groups.size(); ++g) {
      add_node({static_cast<int>(g), -1}, groups[g].instructions.back(), groups[g].outputs);
    }
    for (size_t i = 0; i < program.instructions.size(); ++i) {
      const Instruction& instruction = program.instructions[i];
      if (claimed[i] && (is_pointwise(instruction) || is_pointwise_source(instruction))) continue;
      add_node({-1, static_cast<int>(i)}, static_cast<int>(i), instruction.results);
    }
    for (size_t node = 0; node < entries_.size(); ++node) connect(static_cast<int>(node));
    find_deadlines();
    put_readers_before_updates();
  }

  std::vector<ScheduleEntry> order() const {
    std::vector<int> missing(entries_.size());
    using Item = std::pair<int, int>;  // deadline, node
    std::priority_queue<Item, std::vector<Item>, std::greater<>> ready;
    for (size_t node = 0; node < entries_.size(); ++node) {
      missing[node] = static_cast<int>(before_[node].size());
      if (missing[node] == 0) ready.emplace(deadlines_[node], static_cast<int>(node));
    }
    std::vector<ScheduleEntry> order;
    while (!ready.empty()) {
      const int node = ready.top().second;
      ready.pop();
      order.push_back(entries_[node]);
      for (const int next : after_[node]) {
        if (--missing[next] == 0) ready.emplace(deadlines_[next], next);
      }
    }
    return order;
  }

 private:
  void add_node(const ScheduleEntry& entry, int deadline, const std::vector<int>& results) {
    for (const int value : results) node_of_value_[value] = static_cast<int>(entries_.size());
    entries_.push_back(entry);
    deadlines_.push_back(2 * deadline + 1);
    before_.emplace_back();
    after_.emplace_back();
  }

  const std::vector<int>& operands(int node) const {
    const ScheduleEntry& entry = entries_[node];
    return entry.group >= 0 ? groups_[entry.group].operands : program_.instructions[entry.instruction].operands;
  }

  void connect(int node) {
    for (const int value : operands(node)) add_edge(node_of_value_[value], node);
  }

  void add_edge(int from, int to) {
    if (std::find(before_[to].begin(), before_[to].end(), from) != before_[to].end()) return;
    before_[to].push_back(from);
    after_[from].push_back(to);
  }

  // A group may run as late as its last member stands, or just before the first instruction that reads it.
  void find_deadlines() {
    const std::vector<int> last_member = deadlines_;
    for (size_t node = 0; node < entries_.size(); ++node) {
      if (entries_[node].group < 0) continue;
      for (const int reader : after_[node]) deadlines_[node] = std::min(deadlines_[node], last_member[reader] - 1);
    }
  }

  // Who reads a variable comes before the node that computes its new value, where nothing forbids it, so that it can be updated in place.
  void put_readers_before_updates() {
    for (const Update& update : program_.updates) {
      const int writer = node_of_value_[update.value], variable = node_of_value_[program_.variables[update.variable]];
      const std::vector<int> readers = after_[variable];
      for (const int reader : readers) {
        if (reader != writer && writer != variable && !depends_on(reader, writer)) add_edge(reader, writer);
      }
    }
  }

  bool depends_on(int node, int other) const {
    std::vector<bool> seen(entries_.size(), false);
    std::vector<int> pending{node};
    while (!pending.empty()) {
      const int current = pending.back();
      pending.pop_back();
      if (current == other) return true;
      for (const int previous : before_[current]) {
        if (!seen[previous]) pending.push_back(previous);
        seen[previous] = true;
      }
    }
    return false;
  }

  const Program& program_;
  const std::vector<PointwiseGroup>& groups_;
  std::vector<int> node_of_value_;
  std::vector<ScheduleEntry> entries_;
  std::vector<int> deadlines_;
  std::vector<std::vector<int>> before_, after_;
};

}  // namespace

std::vector<ScheduleEntry> schedule_with_groups(const Program& program, const std::vector<bool>& claimed,
                                                const std::vector<PointwiseGroup>& groups) {
  return Schedule(program, claimed, groups).order();
}

}  // namespace laminet
