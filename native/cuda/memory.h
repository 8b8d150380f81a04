// Memory of the device that counts, and is freed by its owner.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <string>

#include "runtime/backend.h"

namespace laminet::cuda {

// The stream in whose order memory is taken and given back, so that no call waits for the GPU, and the bytes in use. Everything that holds
// memory holds it too, and may outlive the device.
struct Account {
  Account();
  ~Account();
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  cudaStream_t stream = nullptr;
  size_t used = 0;
  size_t peak = 0;
};

// What the widest loads and the libraries' workspaces want. Places in one allocation are its multiples because all sizes are.
inline constexpr size_t kPlaceAlignment = 256;

// At least one byte stays free behind every tensor: an access past its end hits nothing, and the emulated device can tell.
inline size_t with_gap(size_t bytes) { return (bytes / kPlaceAlignment + 1) * kPlaceAlignment; }

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
