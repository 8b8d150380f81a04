#include "updates.h"

#include <cuda_runtime_api.h>

#include <algorithm>

#include "status.h"

namespace laminet::cuda {

namespace {

class Updates {
 public:
  Updates(const Program& program, const std::vector<ElementwiseOutput>& elementwise, Compiled& compiled)
      : program_(program), elementwise_(elementwise), compiled_(compiled), updated_(program.variables.size(), false) {
    for (const Update& update : program.updates) updated_[update.variable] = true;
  }

  void assign() {
    std::vector<Update> copied;
    for (const Update& update : program_.updates)
      if (!write_in_place(update)) copied.push_back(update);
    for (const int value : program_.returns) compiled_.returns.push_back(is_old_value(value) ? stage(value) : root(value));
    std::vector<int> sources;
    for (const Update& update : copied) sources.push_back(lies_outside(update.value) ? stage(update.value) : root(update.value));
    for (size_t i = 0; i < copied.size(); ++i) add_copy(sources[i], program_.variables[copied[i].variable]);
  }

 private:
  int root(int value) const { return root_of(compiled_.tensors, value); }

  bool leaves(int tensor) const {
    const auto same = [&](int value) { return root(value) == tensor; };
    return std::any_of(program_.returns.begin(), program_.returns.end(), same) ||
           std::any_of(program_.updates.begin(), program_.updates.end(), [&](const Update& update) { return same(update.value); });
  }

  // The kernel that makes the new value may write it into the variable when nobody reads the old value then or later, itself excepted where
  // it reads the very element that it writes.
  bool write_in_place(const Update& update) {
    const int target = root(update.value), variable = program_.variables[update.variable];
    Tensor& tensor = compiled_.tensors[target];
    if (tensor.storage != Storage::arena || leaves(variable)) return false;
    const int maker = step_that_writes(target);
    for (int step = 0; step < static_cast<int>(compiled_.steps.size()); ++step) {
      const std::vector<int>& reads = compiled_.steps[step].reads;
      const auto count = std::count_if(reads.begin(), reads.end(), [&](int read) { return root(read) == variable; });
      if (count == 0 || step < maker) continue;
      if (step > maker || count > 1 || !reads_own_elements(target, variable)) return false;
    }
    tensor.storage = Storage::variable;
    tensor.index = update.variable;
    return true;
  }

  bool reads_own_elements(int target, int variable) const {
    const auto output = std::find_if(elementwise_.begin(), elementwise_.end(), [&](const ElementwiseOutput& each) { return each.value == target; });
    if (output == elementwise_.end()) return false;
    const PointwiseGroup& group = *output->group;
    const auto end = group.operands.begin() + group.elementwise;
    const auto read = std::find_if(group.operands.begin(), end, [&](int value) { return root(value) == variable; });
    return read != end && program_.type(*read).shape == group.shape;
  }

  int step_that_writes(int tensor) const {
    for (int step = 0; step < static_cast<int>(compiled_.steps.size()); ++step) {
      const std::vector<int>& writes = compiled_.steps[step].writes;
      if (std::find(writes.begin(), writes.end(), tensor) != writes.end()) return step;
    }
    return -1;
  }

  bool is_old_value(int value) const {
    const int tensor = root(value);
    const auto variable = std::find(program_.variables.begin(), program_.variables.end(), tensor);
    return variable != program_.variables.end() && updated_[static_cast<size_t>(variable - program_.variables.begin())];
  }

  // In a variable or an input: another update may write there first, or it is not at one place in every run.
  bool lies_outside(int value) const {
    const Storage storage = compiled_.tensors[root(value)].storage;
    return storage == Storage::variable || storage == Storage::input;
  }

  int stage(int value) {
    compiled_.tensors.push_back({program_.type(value)});
    const int copy = static_cast<int>(compiled_.tensors.size()) - 1;
    add_copy(root(value), copy);
    return copy;
  }

  void add_copy(int from, int to) {
    const size_t bytes = compiled_.tensors[to].type.bytes();
    CompiledStep step;
    step.name = "copy";
    step.reads = {from};
    step.writes = {to};
    step.work = work([from, to, bytes](const Places& at, Context& context) {
      if (bytes == 0) return;
      LAMINET_CUDA(cudaMemcpyAsync(at.at(to), at.at(from), bytes, cudaMemcpyDeviceToDevice, context.stream()));
    });
    compiled_.steps.push_back(std::move(step));
  }

  const Program& program_;
  const std::vector<ElementwiseOutput>& elementwise_;
  Compiled& compiled_;
  std::vector<bool> updated_;  // by variable
};

}  // namespace

void assign_updates(const Program& program, const std::vector<ElementwiseOutput>& elementwise, Compiled& compiled) {
  Updates(program, elementwise, compiled).assign();
}

}  // namespace laminet::cuda
