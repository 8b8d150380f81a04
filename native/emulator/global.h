// Global and Vector of device.h on the emulated device: every access is checked against the allocation that the pointer points into.
#pragma once

#include <cstdint>

#include "emulator/device_calls.h"

namespace laminet::emulator {

inline bool all_valid(uint64_t offset, size_t bytes) {
  while (offset % 8 + bytes > 8) {
    if (*valid_bytes(offset) != 8) return false;
    bytes -= 8 - offset % 8;
    offset += 8 - offset % 8;
  }
  return offset % 8 + bytes <= *valid_bytes(offset);
}

// The memory behind `address`, after a check that the `bytes` from there on are aligned, valid and in the allocation of `base`.
inline void* checked(const void* base, const void* address, size_t bytes, size_t alignment) {
  const uint64_t offset = memory_offset(address);
  const uint64_t base_offset = memory_offset(base);
  const bool good = offset < kMemoryBytes && base_offset < kMemoryBytes && offset % alignment == 0 &&
                    *owner_of(offset) == *owner_of(base_offset) && all_valid(offset, bytes);
  if (!good) [[unlikely]] laminet_emulator_bad_access(base, address, bytes, alignment);
  return reinterpret_cast<void*>(kMemory + offset);
}

}  // namespace laminet::emulator

namespace laminet::cuda {

template <typename T, int N>
struct alignas(sizeof(T) * N) Vector {
  T lane[N];
};

template <typename T>
class Global {
 public:
  Global() = default;
  explicit Global(T* data) : data_(data) {}
  T& operator[](int64_t index) const { return *at<T>(index); }
  template <int N>
  Vector<T, N> load(int64_t index) const {
    return *at<Vector<T, N>>(index);
  }
  template <int N>
  void store(int64_t index, const Vector<T, N>& lanes) const {
    *at<Vector<T, N>>(index) = lanes;
  }

 private:
  template <typename Whole>
  Whole* at(int64_t index) const {
    const uint64_t address = reinterpret_cast<uint64_t>(data_) + static_cast<uint64_t>(index) * sizeof(T);
    return static_cast<Whole*>(emulator::checked(data_, reinterpret_cast<const void*>(address), sizeof(Whole), alignof(Whole)));
  }

  T* data_ = nullptr;
};

template <typename T>
class Global<const T> {
 public:
  Global() = default;
  explicit Global(const T* data) : data_(const_cast<T*>(data)) {}
  T operator[](int64_t index) const { return data_[index]; }
  template <int N>
  Vector<T, N> load(int64_t index) const {
    return data_.template load<N>(index);
  }

 private:
  Global<T> data_;
};

}  // namespace laminet::cuda
