#include "executable.h"

#include <cuda_runtime_api.h>

#include "activity.h"
#include "fuse.h"
#include "ranges.h"
#include "recorded_launch.h"
#include "runtime/log.h"
#include "runtime/timeline.h"
#include "status.h"

namespace laminet::cuda {

namespace {

const std::string kRun = "run of a program";
const std::atomic<bool> kNever{false};  // captured work runs later, or again

std::vector<Type> input_types(const Program& program) {
  std::vector<Type> types;
  for (const int value : program.inputs) types.push_back(program.type(value));
  return types;
}

}  // namespace

CudaExecutable::CudaExecutable(std::shared_ptr<DeviceState> state, const Program& program, std::span<const HostMemory> constants)
    : state_(std::move(state)),
      program_(fuse(program)),
      compiled_(compile(program_, *state_)),
      layout_(lay_out(compiled_)),
      arena_(std::make_unique<DeviceMemory>(state_->account, layout_.bytes, "the memory of a program")),
      inputs_(state_, input_types(program_)) {
  first_commit_ = first_commit();
  upload_constants(constants);
  memory_.resize(compiled_.tensors.size());
  note_tensors(arena_->data(), layout_, compiled_);
  if (log_enabled())
    log("cuda: compiled " + std::to_string(program.instructions.size()) + " instructions to " + std::to_string(compiled_.steps.size()) +
        " steps, arena " + std::to_string(layout_.bytes) + " bytes");
}

void CudaExecutable::upload_constants(std::span<const HostMemory> constants) {
  for (const HostMemory& constant : constants) {
    constants_.push_back(std::make_unique<DeviceMemory>(state_->account, constant.bytes, "a constant of a program"));
    if (constant.bytes == 0) continue;
    LAMINET_CUDA(cudaMemcpyAsync(constants_.back()->data(), constant.data.get(), constant.bytes, cudaMemcpyHostToDevice, state_->context.stream()));
  }
}

void* CudaExecutable::address(int tensor) const {
  const int root = root_of(compiled_.tensors, tensor);
  const Tensor& owner = compiled_.tensors[root];
  switch (owner.storage) {
    case Storage::input: return inputs_.place(owner.index);
    case Storage::variable: return variables_[owner.index];
    case Storage::constant: return constants_[owner.index]->data();
    default: return static_cast<char*>(arena_->data()) + layout_.offsets[root];
  }
}

// True when addresses are other ones than in the last run.
bool CudaExecutable::bind(std::span<const BufferPtr> variables) {
  bool changed = variables_.size() != variables.size();
  variables_.resize(variables.size());
  for (size_t i = 0; i < variables.size(); ++i) {
    void* const address = state_->settle(as_cuda(variables[i]));
    changed |= variables_[i] != address;
    variables_[i] = address;
  }
  return changed;
}

void CudaExecutable::run(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs,
                         const std::atomic<bool>& cancelled) {
  if (cancelled.load(std::memory_order_relaxed)) throw Error("ABORTED", aborted_text());
  require_usable();
  if (bind(variables) || !bound_) {
    graph_.forget();
    for (size_t tensor = 0; tensor < memory_.size(); ++tensor) memory_[tensor] = address(static_cast<int>(tensor));
    for (CompiledStep& step : compiled_.steps) step.work->bind(Places(memory_.data()), state_->context);
    bound_ = true;
  }
  const Range range(kRun);
  Activity* const activity = state_->context.activity.get();
  if (activity != nullptr) activity->begin_run();
  inputs_.supply(inputs);
  if (state_->recorder != nullptr && activity == nullptr) launch_recorded(compiled_.steps, Places(memory_.data()), *state_);
  else graph_.run(state_->context, [&](bool captured) { launch_steps(captured ? kNever : cancelled); });
  copy_outputs(outputs);
}

// A step of training is cancelled whole: once variables may have changed, it is finished.
void CudaExecutable::launch_steps(const std::atomic<bool>& cancelled) {
  for (size_t step = 0; step < compiled_.steps.size(); ++step) {
    if (step <= first_commit_ && cancelled.load(std::memory_order_relaxed)) throw Error("ABORTED", aborted_text());
    const Range range(compiled_.steps[step].title());
    const Activity::Kernel kernel(state_->context.activity.get(), step);
    compiled_.steps[step].work->launch(Places(memory_.data()), state_->context);
  }
}

size_t CudaExecutable::first_commit() const {
  for (size_t step = 0; step < compiled_.steps.size(); ++step)
    for (const int tensor : compiled_.steps[step].writes)
      if (compiled_.tensors[root_of(compiled_.tensors, tensor)].storage == Storage::variable) return step;
  return compiled_.steps.size();
}

void CudaExecutable::copy_outputs(std::span<const BufferPtr> outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    CudaBuffer& output = as_cuda(outputs[i]);
    const size_t bytes = output.type.bytes();
    output.forget_pending();
    void* const destination = output.device_data();
    if (bytes == 0) continue;
    LAMINET_CUDA(cudaMemcpyAsync(destination, memory_[compiled_.returns[i]], bytes, cudaMemcpyDeviceToDevice, state_->context.stream()));
  }
}

std::vector<KernelInfo> CudaExecutable::kernels() const {
  std::vector<KernelInfo> result;
  for (const CompiledStep& step : compiled_.steps) {
    double bytes = 0;
    for (const std::vector<int>* list : {&step.reads, &step.writes})
      for (const int tensor : *list)
        if (tensor < static_cast<int>(program_.types.size())) bytes += static_cast<double>(compiled_.tensors[tensor].type.bytes());
    result.push_back({step.name, step.detail, step.layer, step.flops, bytes});
  }
  return result;
}

}  // namespace laminet::cuda
