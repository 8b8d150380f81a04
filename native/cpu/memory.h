// Memory of a device: aligned blocks that count against it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "runtime/backend.h"

namespace laminet::cpu {

// Bytes in use; shared by the device, its buffers and its executables, whichever lives longest.
class Account {
 public:
  // Throws OUT_OF_MEMORY when the machine (or the control group) cannot hold that much; `what` names it: "a buffer of f32[1024,1024]".
  void take(size_t bytes, const std::string& what);
  void give(size_t bytes) { used_ -= bytes; }
  MemoryInfo info() const;

 private:
  std::atomic<size_t> used_{0}, peak_{0};
};

// A counted block, aligned to a cache line, large ones to huge pages.
class Block {
 public:
  Block() = default;
  Block(std::shared_ptr<Account> account, size_t bytes, const std::string& what);
  ~Block();
  Block(Block&& other) noexcept { swap(other); }
  Block& operator=(Block&& other) noexcept {
    swap(other);
    return *this;
  }
  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  void swap(Block& other) noexcept;
  std::shared_ptr<Account> account_;
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace laminet::cpu
