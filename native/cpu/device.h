// The CPU as a device: buffers in host memory, programs through oneDNN and own kernels.
#pragma once

#include "executable.h"

namespace laminet::cpu {

class CpuDevice : public Device {
 public:
  explicit CpuDevice(const DeviceOptions& options);

  std::string description() const override;
  BufferPtr allocate(const Type& type) override;
  BufferPtr import(const Type& type, HostMemory memory) override;
  void upload(Buffer& buffer, const void* source, size_t bytes) override;
  void download(const Buffer& buffer, void* destination, size_t bytes) override;
  std::unique_ptr<Executable> compile(const Program& program, std::span<const HostMemory> constants,
                                      std::span<const BufferPtr> variables) override;
  MemoryInfo memory() const override { return state_->account->info(); }
  void set_recorder(Recorder* recorder) override { state_->recorder = recorder; }
  std::string choices() const override;
  void adopt_choices(const std::string& text) override;

 private:
  std::shared_ptr<DeviceState> state_ = std::make_shared<DeviceState>();
};

std::unique_ptr<Backend> make_backend();

}  // namespace laminet::cpu
