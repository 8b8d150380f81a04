// A program compiled for a GPU. Its first run queues kernel after kernel, its second is captured into a CUDA graph, and every later one is a
// launch of that graph.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arena.h"
#include "compile.h"
#include "device.h"
#include "input_stages.h"
#include "step_graph.h"

namespace laminet::cuda {

class CudaExecutable final : public Executable {
 public:
  CudaExecutable(std::shared_ptr<DeviceState> state, const Program& program, std::span<const HostMemory> constants);

  void run(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs,
           const std::atomic<bool>& cancelled) override;
  size_t bytes() const override { return layout_.bytes; }
  std::vector<KernelInfo> kernels() const override;
  std::string plan() const override { return layout_.text; }

 private:
  void upload_constants(std::span<const HostMemory> constants);
  bool bind(std::span<const BufferPtr> variables);
  void* address(int tensor) const;
  void launch_steps(const std::atomic<bool>& cancelled);
  size_t first_commit() const;
  std::string aborted_text() const { return state_->context.name() + ": the run was cancelled"; }
  void copy_outputs(std::span<const BufferPtr> outputs);

  const std::shared_ptr<DeviceState> state_;
  const Program program_;  // rewritten
  Compiled compiled_;
  const ArenaLayout layout_;
  const std::unique_ptr<DeviceMemory> arena_;
  std::vector<std::unique_ptr<DeviceMemory>> constants_;
  InputStages inputs_;
  std::vector<void*> variables_;  // addresses of the last run
  std::vector<void*> memory_;     // by tensor
  size_t first_commit_ = 0;       // the first step that writes a variable: from there on a run is not cancelled
  bool bound_ = false;
  StepGraph graph_;
};

}  // namespace laminet::cuda
