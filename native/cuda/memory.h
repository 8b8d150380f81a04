// Memory of the device that counts, and is freed by its owner.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <string>

#include "runtime/backend.h"

namespace laminet::cuda {

// Bytes in use, by everything of a device, and the stream in whose order memory is taken and given back: no call waits for the GPU.
struct Account {
  explicit Account(cudaStream_t stream) : stream(stream) {}
  const cudaStream_t stream;
  size_t used = 0;
  size_t peak = 0;
};

class DeviceMemory {
 public:
  // Aligned to 256 bytes. Throws Error OUT_OF_MEMORY, which says what was asked for, what is free, and how much is in use here.
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

// Page-locked memory of the host: copies from and to it do not wait.
class PinnedMemory {
 public:
  explicit PinnedMemory(size_t bytes);
  ~PinnedMemory();
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;

  char* data() const { return static_cast<char*>(data_); }

 private:
  void* data_ = nullptr;
};

}  // namespace laminet::cuda
