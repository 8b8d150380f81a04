// A program compiled for the CPU: steps over one arena.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "buffer.h"
#include "runtime/backend.h"
#include "step.h"

namespace laminet::cpu {

// What a device shares with its buffers and executables.
struct DeviceState {
  Library library;
  std::shared_ptr<Account> account = std::make_shared<Account>();
  Recorder* recorder = nullptr;
};

class CpuExecutable : public Executable {
 public:
  CpuExecutable(std::shared_ptr<DeviceState> state, Program program, std::span<const HostMemory> constants,
                std::span<const BufferPtr> variables);

  void run(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs,
           const std::atomic<bool>& cancelled) override;
  size_t bytes() const override { return arena_.bytes(); }
  std::vector<KernelInfo> kernels() const override;
  std::string plan() const override { return plan_; }

 private:
  struct Binding {
    int tensor;
    Storage storage;
    int index;
  };
  void compile(std::span<const BufferPtr> variables);
  double bytes_of(const Step& step) const;
  void bind_arena(const std::vector<size_t>& offsets);
  size_t first_commit() const;
  void run_recorded(size_t step);
  bool layouts_changed(std::span<const BufferPtr> variables) const;
  void bind(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs);

  std::shared_ptr<DeviceState> state_;
  const Program program_;  // rewritten
  std::vector<HostMemory> constants_;
  std::vector<Layout> variable_layouts_;
  std::vector<Tensor> tensors_;
  std::vector<Step> steps_;
  std::vector<int> first_kernels_;  // by step: the number of its first part among all kernels
  size_t first_commit_ = 0;        // the first step that writes a variable: from there on a run is not cancelled
  std::vector<void*> memory_;      // by tensor
  std::vector<Binding> bindings_;  // tensors outside the arena
  Block arena_;
  std::string plan_;
};

}  // namespace laminet::cpu
