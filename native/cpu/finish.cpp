#include "finish.h"

#include <algorithm>

namespace laminet::cpu {

namespace {

class Finisher {
 public:
  explicit Finisher(Lowering& lowering) : lowering_(lowering) {}

  void run() {
    for (size_t index = 0; index < lowering_.program().returns.size(); ++index) give_back(static_cast<int>(index));
    // A new value that is a variable's old one must be saved before any variable is overwritten.
    std::vector<std::pair<int, int>> sources;  // variable, tensor
    for (const Update& update : lowering_.program().updates) sources.emplace_back(update.variable, source_of(update));
    std::vector<std::pair<int, int>> copies;
    for (const auto& [variable, tensor] : sources)
      if (!write_in_place(variable, tensor)) copies.emplace_back(variable, tensor);
    for (const auto& [variable, tensor] : copies) {
      const int target = lowering_.temporary(variable_layout(variable), "variable " + std::to_string(variable));
      tensors()[target].storage = Storage::variable;
      tensors()[target].index = variable;
      lowering_.add_copy_step(tensor, target, "update");
    }
  }

 private:
  std::vector<Tensor>& tensors() { return lowering_.tensors(); }
  int root(int tensor) { return root_of(lowering_.tensors(), tensor); }
  Layout variable_layout(int variable) { return lowering_.layout(lowering_.program().variables[variable]); }

  // The arena's memory becomes the output's own when the value fills it.
  void give_back(int index) {
    const int value = lowering_.program().returns[index];
    lowering_.begin("return", "");
    const int tensor = lowering_.use_plain(value);
    Tensor& owner = tensors()[root(tensor)];
    if (owner.storage == Storage::arena && owner.bytes == lowering_.type(value).bytes()) {
      owner.storage = Storage::output;
      owner.index = index;
      return;
    }
    const int copy = lowering_.temporary(Layout::plain(lowering_.type(value)), "output " + std::to_string(index));
    tensors()[copy].storage = Storage::output;
    tensors()[copy].index = index;
    lowering_.add_copy_step(tensor, copy, "return");
  }

  int source_of(const Update& update) {
    lowering_.begin("update", "");
    const int tensor = lowering_.use(update.value, variable_layout(update.variable));
    const Tensor& owner = tensors()[root(tensor)];
    if (owner.storage != Storage::variable || owner.index == update.variable) return tensor;
    const int saved = lowering_.temporary(tensors()[tensor].layout, "old value of variable " + std::to_string(owner.index));
    lowering_.add_copy_step(tensor, saved, "update");
    return saved;
  }

  // Legal when every other step that reads the variable runs before the one that makes its new value.
  bool write_in_place(int variable, int tensor) {
    const int owner = root(tensor);
    if (tensors()[owner].storage == Storage::variable && tensors()[owner].index == variable) return true;  // its own old value
    if (tensors()[owner].storage != Storage::arena || tensors()[owner].bytes != variable_layout(variable).bytes()) return false;
    const std::vector<Step>& steps = lowering_.steps();
    size_t writer = steps.size();
    for (size_t index = 0; index < steps.size() && writer == steps.size(); ++index)
      if (touches(steps[index].writes, owner)) writer = index;
    const int old = root(lowering_.tensor(lowering_.program().variables[variable]));
    for (size_t index = writer; index < steps.size(); ++index) {
      if (!touches(steps[index].reads, old)) continue;
      if (index > writer || !may_overwrite(steps[index], owner, old)) return false;
    }
    tensors()[owner].storage = Storage::variable;
    tensors()[owner].index = variable;
    return true;
  }

  bool touches(const std::vector<int>& list, int owner) {
    return std::any_of(list.begin(), list.end(), [&](int tensor) { return root(tensor) == owner; });
  }

  bool may_overwrite(const Step& step, int written, int read) {
    return std::any_of(step.in_place.begin(), step.in_place.end(),
                       [&](const auto& pair) { return root(pair.first) == written && root(pair.second) == read; });
  }

  Lowering& lowering_;
};

}  // namespace

int root_of(const std::vector<Tensor>& tensors, int tensor) {
  while (tensors[tensor].storage == Storage::alias) tensor = tensors[tensor].index;
  return tensor;
}

void finish(Lowering& lowering) { Finisher(lowering).run(); }

}  // namespace laminet::cpu
