// A tensor on the GPU: dense, channels last.
#pragma once

#include <memory>
#include <utility>

#include "memory.h"
#include "runtime/backend.h"

namespace laminet::cuda {

class CudaBuffer final : public Buffer {
 public:
  CudaBuffer(const Type& type, std::shared_ptr<Account> account) : Buffer(type), account_(std::move(account)) {}
  // Contents that stay with the host until the device needs them: the input of a step goes straight to its place in the program.
  CudaBuffer(const Type& type, std::shared_ptr<Account> account, HostMemory pending)
      : Buffer(type), account_(std::move(account)), pending_(std::move(pending)) {}

  // Null unless the contents are still with the host.
  const void* pending() const { return pending_.data.get(); }
  void forget_pending() { pending_ = {}; }
  // The address on the device; allocated at the first call. The caller copies what is pending.
  void* device_data() {
    if (!memory_) memory_ = std::make_unique<DeviceMemory>(account_, type.bytes(), "a tensor " + type.text());
    return memory_->data();
  }

 private:
  const std::shared_ptr<Account> account_;
  HostMemory pending_;
  std::unique_ptr<DeviceMemory> memory_;
};

inline CudaBuffer& as_cuda(const BufferPtr& buffer) { return static_cast<CudaBuffer&>(*buffer); }

}  // namespace laminet::cuda
