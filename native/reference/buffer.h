// Tensors and arenas of the reference device: plain memory of the host that counts.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/backend.h"
#include "runtime/host_memory.h"

namespace laminet::reference {

// Bytes in use; shared by the device, its buffers and its executables, whichever lives longest.
struct MemoryCount {
  size_t used = 0;
  size_t peak = 0;
};

class CountedMemory {
 public:
  CountedMemory(HostMemory memory, std::shared_ptr<MemoryCount> count) : memory_(std::move(memory)), count_(std::move(count)) {
    count_->used += memory_.bytes;
    count_->peak = std::max(count_->peak, count_->used);
  }
  ~CountedMemory() { count_->used -= memory_.bytes; }
  CountedMemory(const CountedMemory&) = delete;
  CountedMemory& operator=(const CountedMemory&) = delete;

  char* data() const { return static_cast<char*>(memory_.data.get()); }
  size_t bytes() const { return memory_.bytes; }

 private:
  const HostMemory memory_;
  const std::shared_ptr<MemoryCount> count_;
};

class HostBuffer final : public Buffer {
 public:
  HostBuffer(const Type& type, HostMemory memory, std::shared_ptr<MemoryCount> count)
      : Buffer(type), memory_(std::move(memory), std::move(count)) {}
  char* data() const { return memory_.data(); }

 private:
  const CountedMemory memory_;
};

inline HostBuffer& as_host(const BufferPtr& buffer) { return static_cast<HostBuffer&>(*buffer); }

}  // namespace laminet::reference
