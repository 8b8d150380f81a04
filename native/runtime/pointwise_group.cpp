// Forming the groups: every member joins the groups of its operands, as long as the result has one shape, no cycle and a sane size.
#include "pointwise_group.h"

#include <algorithm>
#include <iterator>

#include "pointwise_formation.h"

namespace laminet {
namespace {

using Values = std::vector<int>;  // ascending, no duplicates

Values join(const Values& left, const Values& right) {
  Values all;
  std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(all));
  return all;
}

void insert(Values& values, int value) {
  const auto place = std::lower_bound(values.begin(), values.end(), value);
  if (place == values.end() || *place != value) values.insert(place, value);
}

struct Draft {
  Values members;  // instructions
  Values reads;    // values that members read, their own included, copied instructions looked through
  Values states;   // random states
  int steps = 0;
};

class Formation {
 public:
  Formation(const Program& program, const std::vector<bool>& claimed, const PointwiseLimits& limits)
      : program_(program), limits_(limits), roles_(assign_pointwise_roles(program, claimed)) {
    const size_t count = program.instructions.size();
    draft_of_.assign(count, -1);
    visited_.assign(count, 0);
    consumers_.resize(program.types.size());
    kept_.assign(program.types.size(), false);
    for (const Update& update : program.updates) kept_[update.value] = true;
    for (const int value : program.returns) kept_[value] = true;
    for (size_t i = 0; i < count; ++i) find_consumers(static_cast<int>(i));
  }

  std::vector<PointwiseGroup> form() {
    for (size_t i = 0; i < program_.instructions.size(); ++i) {
      if (roles_.member[i]) place(static_cast<int>(i));
    }
    std::vector<PointwiseGroup> groups;
    for (const Draft& draft : drafts_) {
      if (draft.members.empty()) continue;
      PointwiseGroup& group = groups.emplace_back();
      group.instructions = draft.members;
      group.shape = shape(draft);
      for (const int member : draft.members) {
        if (is_output(draft.members, member)) group.outputs.push_back(result(member));
      }
      emit_pointwise_group(program_, roles_, group);
      group.preserves_zero = preserves_zero(program_, group);
    }
    return groups;
  }

 private:
  int result(int instruction) const { return program_.instructions[instruction].results.front(); }
  const Shape& shape(const Draft& draft) const { return program_.type(result(draft.members.front())).shape; }

  // Calls body(value, is_state) for what `instruction` reads from memory or from another member.
  template <typename Body>
  void for_each_read(int instruction, const Body& body) const {
    const bool source = is_pointwise_source(program_.instructions[instruction]);
    for (const int operand : program_.instructions[instruction].operands) {
      const int producer = program_.producers[operand];
      if (!source && roles_.copied[producer]) {
        for_each_read(producer, body);
      } else {
        body(operand, source);
      }
    }
  }

  // Members read through copies; what is not ours reads all its operands. Copied and dead instructions read nothing themselves.
  void find_consumers(int instruction) {
    if (roles_.member[instruction]) {
      for_each_read(instruction, [&](int value, bool) { consumers_[value].push_back(instruction); });
    } else if (!roles_.ours[instruction]) {
      for (const int value : program_.instructions[instruction].operands) consumers_[value].push_back(instruction);
    }
  }

  void place(int instruction) {
    Draft draft;
    draft.members = {instruction};
    draft.steps = 1;
    for_each_read(instruction, [&](int value, bool state) { insert(state ? draft.states : draft.reads, value); });
    for (const int operand : program_.instructions[instruction].operands) {
      draft.steps += roles_.copied[program_.producers[operand]] ? roles_.cost[program_.producers[operand]] : 0;
    }
    Values candidates;
    for (const int value : draft.reads) {
      const int candidate = draft_of_[program_.producers[value]];
      if (candidate >= 0) insert(candidates, candidate);
    }
    for (const int candidate : candidates) {
      Draft& other = drafts_[candidate];
      if (shape(other) != shape(draft)) continue;
      Draft merged{join(other.members, draft.members), join(other.reads, draft.reads), join(other.states, draft.states),
                   other.steps + draft.steps};
      if (!fits(merged) || has_cycle(merged)) continue;
      draft = std::move(merged);
      other = {};
    }
    for (const int member : draft.members) draft_of_[member] = static_cast<int>(drafts_.size());
    drafts_.push_back(std::move(draft));
  }

  bool is_output(const Values& members, int instruction) const {
    const int value = result(instruction);
    if (kept_[value]) return true;
    return std::any_of(consumers_[value].begin(), consumers_[value].end(),
                       [&](int consumer) { return !std::binary_search(members.begin(), members.end(), consumer); });
  }

  bool is_member(const Draft& draft, int value) const {
    return std::binary_search(draft.members.begin(), draft.members.end(), program_.producers[value]);
  }

  bool fits(const Draft& draft) const {
    const auto inside = [&](int value) { return is_member(draft, value); };
    const auto operands = static_cast<int>(draft.reads.size() + draft.states.size()) -
                          static_cast<int>(std::count_if(draft.reads.begin(), draft.reads.end(), inside));
    const auto outputs =
        std::count_if(draft.members.begin(), draft.members.end(), [&](int member) { return is_output(draft.members, member); });
    return draft.steps <= limits_.steps && operands <= limits_.operands && outputs <= limits_.outputs;
  }

  // Whether something that `draft` reads from outside depends on a member.
  bool has_cycle(const Draft& draft) {
    ++visit_;
    for (const int member : draft.members) visited_[member] = -visit_;
    std::vector<int> pending;
    const auto reach = [&](int value) {
      const int producer = program_.producers[value];
      if (visited_[producer] == -visit_) return true;
      if (visited_[producer] != visit_) pending.push_back(producer);
      visited_[producer] = visit_;
      return false;
    };
    const auto reach_outside = [&](int value) { return !is_member(draft, value) && reach(value); };
    if (std::any_of(draft.states.begin(), draft.states.end(), reach)) return true;
    if (std::any_of(draft.reads.begin(), draft.reads.end(), reach_outside)) return true;
    while (!pending.empty()) {
      const int instruction = pending.back();
      pending.pop_back();
      if (draft_of_[instruction] < 0) {
        const std::vector<int>& operands = program_.instructions[instruction].operands;
        if (std::any_of(operands.begin(), operands.end(), reach)) return true;
        continue;
      }
      const Draft& other = drafts_[draft_of_[instruction]];  // it waits for all that any of its members reads
      for (const int member : other.members) visited_[member] = visit_;
      if (std::any_of(other.states.begin(), other.states.end(), reach)) return true;
      if (std::any_of(other.reads.begin(), other.reads.end(), reach)) return true;
    }
    return false;
  }

  const Program& program_;
  const PointwiseLimits& limits_;
  const PointwiseRoles roles_;
  std::vector<Draft> drafts_;              // empty ones were merged into a later one
  std::vector<int> draft_of_;              // by instruction; -1: none
  std::vector<std::vector<int>> consumers_;  // by value: instructions that read it from memory or inside their group
  std::vector<bool> kept_;                 // by value: updates and returns
  std::vector<int> visited_;               // by instruction: visit in which it was reached; negative for the draft's own
  int visit_ = 0;
};

}  // namespace

std::vector<PointwiseGroup> form_pointwise_groups(const Program& program, const std::vector<bool>& claimed,
                                                  const PointwiseLimits& limits) {
  return Formation(program, claimed, limits).form();
}

}  // namespace laminet
