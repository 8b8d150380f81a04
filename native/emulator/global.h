// Global and Vector of device.h on the emulated device: every access is checked against the allocation that the pointer points into.
#pragma once

#include <cstdint>

#include "emulator/device_calls.h"

namespace laminet::emulator {

// The memory behind `address`, after a check that the `bytes` from there on are aligned, valid and in the allocation of `base`.
inline void* checked(const void* base, uint64_t address, size_t bytes, size_t alignment) {
  const auto& map = laminet_emulator_memory;
  const uint64_t offset = address - map.first;
  const uint64_t base_offset = reinterpret_cast<uint64_t>(base) - map.first;
  bool good = offset < map.bytes && base_offset < map.bytes && bytes <= map.bytes - offset && address % alignment == 0 &&
              map.owner[offset / 256] == map.owner[base_offset / 256];
  for (uint64_t at = offset & ~uint64_t{7}; good && at < offset + bytes; at += 8) {
    const uint64_t end = offset + bytes - at;
    good = map.valid[at / 8] >= (end < 8 ? end : 8);
  }
  if (!good) [[unlikely]] laminet_emulator_bad_access(base, reinterpret_cast<const void*>(address), bytes, alignment);
  return reinterpret_cast<void*>(address - laminet_emulator_device_bit);
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
    return static_cast<Whole*>(emulator::checked(data_, address, sizeof(Whole), alignof(Whole)));
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
