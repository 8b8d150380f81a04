#include "executable.h"

#include <algorithm>

#include "arena.h"
#include "compile.h"
#include "finish.h"
#include "rewrite.h"
#include "runtime/log.h"
#include "runtime/timeline.h"
#include "threads.h"

namespace laminet::cpu {

CpuExecutable::CpuExecutable(std::shared_ptr<DeviceState> state, Program program, std::span<const HostMemory> constants,
                             std::span<const BufferPtr> variables)
    : state_(std::move(state)), program_(rewrite(std::move(program))), constants_(constants.begin(), constants.end()) {
  compile(variables);
}

void CpuExecutable::compile(std::span<const BufferPtr> variables) {
  const int64_t start = steady_nanoseconds();
  variable_layouts_.clear();  // stays so when this throws: the next run tries again
  steps_.clear();
  bindings_.clear();
  arena_ = Block();  // before the next one, or both would count
  Compiled compiled;
  try {
    compiled = compile_program(program_, state_->library, variables);
  } catch (const dnnl::error& error) {
    throw Error(error.status == dnnl_out_of_memory ? "OUT_OF_MEMORY" : "DEVICE", std::string("device 'cpu': compile: ") + error.what());
  }
  tensors_ = std::move(compiled.tensors);
  const Placement placement = place(tensors_, compiled.steps);
  arena_ = Block(state_->account, placement.bytes, "the memory of a program");
  plan_ = placement.text;
  bind_arena(placement.offsets);
  for (const BufferPtr& variable : variables) variable_layouts_.push_back(as_cpu(variable).layout());
  steps_ = std::move(compiled.steps);
  first_commit_ = first_commit();
  first_kernels_.clear();
  int kernels = 0;
  for (const Step& step : steps_) {
    first_kernels_.push_back(kernels);
    kernels += step.parts.empty() ? 1 : static_cast<int>(step.parts.size());
  }
  if (log_enabled())
    log("cpu: compiled " + std::to_string(program_.instructions.size()) + " instructions to " + std::to_string(compiled.kernels) +
        " kernels, " + std::to_string(steps_.size()) + " steps (" + std::to_string(compiled.reorders) + " reorders), arena " +
        std::to_string(placement.bytes) + " bytes, in " + std::to_string(static_cast<double>(steady_nanoseconds() - start) * 1e-6) + " ms");
}

void CpuExecutable::bind_arena(const std::vector<size_t>& offsets) {
  memory_.assign(tensors_.size(), nullptr);
  for (size_t tensor = 0; tensor < tensors_.size(); ++tensor) {
    const Tensor& owner = tensors_[root_of(tensors_, static_cast<int>(tensor))];
    if (owner.storage == Storage::arena) memory_[tensor] = static_cast<char*>(arena_.data()) + offsets[tensor];
    else if (owner.storage == Storage::constant) memory_[tensor] = constants_.at(owner.index).data.get();
    else bindings_.push_back({static_cast<int>(tensor), owner.storage, owner.index});
  }
}

size_t CpuExecutable::first_commit() const {
  for (size_t index = 0; index < steps_.size(); ++index)
    for (int tensor : steps_[index].writes)
      if (tensors_[root_of(tensors_, tensor)].storage == Storage::variable) return index;
  return steps_.size();
}

bool CpuExecutable::layouts_changed(std::span<const BufferPtr> variables) const {
  if (variable_layouts_.size() != variables.size()) return true;
  for (size_t index = 0; index < variables.size(); ++index)
    if (!(as_cpu(variables[index]).layout() == variable_layouts_[index])) return true;
  return false;
}

void CpuExecutable::bind(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs) {
  for (const Binding& binding : bindings_) {
    const auto& buffers = binding.storage == Storage::input ? inputs : binding.storage == Storage::variable ? variables : outputs;
    memory_[binding.tensor] = as_cpu(buffers[binding.index]).data();
  }
}

void CpuExecutable::run(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs,
                        const std::atomic<bool>& cancelled) {
  prepare_threads(state_->library.threads);
  if (layouts_changed(variables)) compile(variables);
  bind(inputs, variables, outputs);
  for (size_t index = 0; index < steps_.size(); ++index) {
    // A step of training is cancelled whole: once variables begin to change, it is finished.
    if (index <= first_commit_ && cancelled.load(std::memory_order_relaxed)) throw Error("ABORTED", "device 'cpu': the run was cancelled");
    if (state_->recorder == nullptr) steps_[index].work->run(memory_.data());
    else run_recorded(index);
  }
}

void CpuExecutable::run_recorded(size_t step) {
  const auto report = [this, first = first_kernels_[step]](int part, int64_t begin, int64_t end) {
    state_->recorder->kernel(first + part, begin, end);
  };
  steps_[step].work->run_timed(memory_.data(), report);
}

// What a step moves: scratch and the memory of aliases are not counted.
double CpuExecutable::bytes_of(const Step& step) const {
  double bytes = 0;
  for (const std::vector<int>* list : {&step.reads, &step.writes})
    for (const int tensor : *list)
      if (tensors_[tensor].name != kScratchName) bytes += static_cast<double>(tensors_[tensor].bytes);
  return bytes;
}

std::vector<KernelInfo> CpuExecutable::kernels() const {
  std::vector<KernelInfo> result;
  const auto add = [&](const Step& step) { result.push_back({step.name, step.detail, step.layer, step.flops, bytes_of(step)}); };
  for (const Step& step : steps_) {
    if (step.parts.empty()) add(step);
    else std::for_each(step.parts.begin(), step.parts.end(), add);
  }
  return result;
}

}  // namespace laminet::cpu
