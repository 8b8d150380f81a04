// Memory of the device that counts, and is freed by its owner.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "runtime/backend.h"

namespace laminet::cuda {

// Bytes in use, by everything of a device.
struct Account {
  size_t used = 0;
  size_t peak = 0;
};

class DeviceMemory {
 public:
  // Aligned to 256 bytes. Throws Error OUT_OF_MEMORY, which says what was asked for, what is free, and how much buffers and programs hold.
  DeviceMemory(std::shared_ptr<Account> account, size_t bytes, const std::string& what);
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  const std::shared_ptr<Account> account_;
  const size_t bytes_;
  void* data_ = nullptr;
};

}  // namespace laminet::cuda
