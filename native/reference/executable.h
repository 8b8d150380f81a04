// A program as the reference device runs it: its instructions one after the other, intermediate values in one planned arena.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "reference/buffer.h"
#include "reference/placement.h"
#include "runtime/backend.h"

namespace laminet::reference {

struct Settings {
  Recorder* recorder = nullptr;
};

class ReferenceExecutable final : public Executable {
 public:
  ReferenceExecutable(const Program& program, std::span<const HostMemory> constants, HostPool& pool,
                      std::shared_ptr<MemoryCount> count, std::shared_ptr<const Settings> settings);

  void run(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs,
           const std::atomic<bool>& cancelled) override;
  size_t bytes() const override { return arena_.bytes(); }
  std::vector<KernelInfo> kernels() const override { return kernels_; }
  std::string plan() const override { return placement_.plan; }

 private:
  // The buffers of one run.
  struct Buffers {
    std::span<const BufferPtr> inputs, variables, outputs;
  };

  void check_buffers(const Buffers& buffers) const;
  char* address(const Place& place, const Buffers& buffers) const;
  void run_step(const Instruction& instruction, const Buffers& buffers);

  const Program program_;
  const std::vector<HostMemory> constants_;
  const std::shared_ptr<const Settings> settings_;
  const Placement placement_;
  const CountedMemory arena_;
  std::vector<KernelInfo> kernels_;  // by step
  std::vector<const void*> operands_;
  std::vector<void*> results_;
};

}  // namespace laminet::reference
