#include "schedule.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace laminet::cpu {

namespace {

constexpr size_t kSmallBytes = 1024;

struct Node {
  int waiting = 0;              // operands whose kernels have not run
  std::vector<int> dependents;
  std::vector<int> variables;   // whose new values it makes
  bool only_updates = false;    // everything it makes is a new value of a variable
};

class Scheduler {
 public:
  Scheduler(const Graph& graph, const std::vector<KernelPtr>& kernels) : graph_(graph), kernels_(kernels), nodes_(kernels.size()) {
    find_dependencies();
    find_updates();
  }

  std::vector<int> order() {
    std::set<std::pair<int, int>> ready;  // listing position, kernel
    for (int kernel = 0; kernel < count(); ++kernel)
      if (nodes_[kernel].waiting == 0) ready.insert({position(kernel), kernel});
    std::vector<int> result;
    while (!ready.empty()) {
      const auto chosen = std::min_element(ready.begin(), ready.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
      const int kernel = chosen->second;
      ready.erase(chosen);
      result.push_back(kernel);
      finish(kernel);
      for (int dependent : nodes_[kernel].dependents)
        if (--nodes_[dependent].waiting == 0) ready.insert({position(dependent), dependent});
    }
    return result;
  }

 private:
  int count() const { return static_cast<int>(kernels_.size()); }
  int position(int kernel) const { return kernels_[kernel]->instructions.back(); }

  void find_dependencies() {
    std::vector<int> maker(graph_.program.types.size(), -1);
    for (int kernel = 0; kernel < count(); ++kernel)
      for (int value : kernels_[kernel]->results) maker[value] = kernel;
    for (int kernel = 0; kernel < count(); ++kernel) {
      const std::set<int> operands(kernels_[kernel]->operands.begin(), kernels_[kernel]->operands.end());
      for (int value : operands) {
        if (maker[value] < 0 || maker[value] == kernel) continue;
        nodes_[maker[value]].dependents.push_back(kernel);
        ++nodes_[kernel].waiting;
      }
    }
  }

  void find_updates() {
    readers_left_.assign(graph_.program.variables.size(), {});
    for (int kernel = 0; kernel < count(); ++kernel)
      for (int value : kernels_[kernel]->operands)
        if (const int variable = graph_.variable_of(value); variable >= 0) readers_left_[variable].insert(kernel);
    for (int kernel = 0; kernel < count(); ++kernel) {
      size_t updates = 0;
      for (int value : kernels_[kernel]->results) {
        bool is_update = false;
        for (const Update& update : graph_.program.updates) {
          if (update.value != value) continue;
          nodes_[kernel].variables.push_back(update.variable);
          is_update = true;
        }
        updates += is_update && !read_by_others(value, *kernels_[kernel]);
      }
      nodes_[kernel].only_updates = updates == kernels_[kernel]->results.size();
    }
  }

  bool read_by_others(int value, const Kernel& maker) const {
    const auto inside = [&](int reader) { return std::binary_search(maker.instructions.begin(), maker.instructions.end(), reader); };
    const std::vector<int>& readers = graph_.readers(value);
    return !std::all_of(readers.begin(), readers.end(), inside);
  }

  void finish(int kernel) {
    for (int value : kernels_[kernel]->operands)
      if (const int variable = graph_.variable_of(value); variable >= 0) readers_left_[variable].erase(kernel);
  }

  // Scalars and short vectors only: nothing is gained by waiting, and the optimizer waits for the step's factors.
  bool is_small(int kernel) const {
    size_t bytes = 0;
    for (const auto* list : {&kernels_[kernel]->operands, &kernels_[kernel]->results})
      for (int value : *list) bytes += graph_.program.types[value].bytes();
    return bytes <= kSmallBytes;
  }

  // Lower runs first: updates that can be written in place at once, then the listing's order, then updates that would need a copy.
  std::pair<int, int> rank(const std::pair<int, int>& entry) const {
    const Node& node = nodes_[entry.second];
    for (int variable : node.variables)
      for (int reader : readers_left_[variable])
        if (reader != entry.second) return {node.only_updates ? 2 : 1, entry.first};
    return {node.only_updates || is_small(entry.second) ? 0 : 1, entry.first};
  }

  const Graph& graph_;
  const std::vector<KernelPtr>& kernels_;
  std::vector<Node> nodes_;
  std::vector<std::set<int>> readers_left_;  // by variable: kernels that have not run
};

}  // namespace

std::vector<KernelPtr> schedule(const Graph& graph, std::vector<KernelPtr> kernels) {
  const std::vector<int> order = Scheduler(graph, kernels).order();
  if (order.size() != kernels.size()) return {};
  std::vector<KernelPtr> result;
  for (int kernel : order) result.push_back(std::move(kernels[kernel]));
  return result;
}

}  // namespace laminet::cpu
