// A GPU as a device: buffers in its memory, programs as CUDA graphs.
#pragma once

#include "buffer.h"
#include "context.h"

namespace laminet::cuda {

// What a device shares with its buffers and executables.
struct DeviceState {
  explicit DeviceState(const DeviceOptions& options) : context(options) {}

  Context context;
  const std::shared_ptr<Account> account = context.account;
  Recorder* recorder = nullptr;

  // Moves what is pending to the device, in the order of the stream; gives the address there.
  void* settle(CudaBuffer& buffer);
};

class CudaDevice final : public Device {
 public:
  explicit CudaDevice(const DeviceOptions& options) : state_(std::make_shared<DeviceState>(options)) {}

  std::string description() const override;
  BufferPtr allocate(const Type& type) override;
  BufferPtr import(const Type& type, HostMemory memory) override;
  void upload(Buffer& buffer, const void* source, size_t bytes) override;
  void download(const Buffer& buffer, void* destination, size_t bytes) override;
  std::unique_ptr<Executable> compile(const Program& program, std::span<const HostMemory> constants,
                                      std::span<const BufferPtr> variables) override;
  void finish() override;
  MemoryInfo memory() const override;
  void set_recorder(Recorder* recorder) override;

 private:
  void enter();
  void end_recording();

  const std::shared_ptr<DeviceState> state_;
  const void* thread_ = nullptr;  // whose current device is set
};

}  // namespace laminet::cuda
