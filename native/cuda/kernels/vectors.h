// Whether a kernel may move whole vectors of neighbouring channels.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace laminet::cuda {

// Elements of the widest load and store of a thread, 16 bytes.
template <typename T>
inline constexpr int kVector = 16 / static_cast<int>(sizeof(T));

// True when rows of `channels` elements at these addresses (null ones do not count) consist of aligned vectors.
template <typename T>
bool moves_vectors(int64_t channels, std::initializer_list<const void*> addresses) {
  if (channels % kVector<T> != 0) return false;
  for (const void* address : addresses) {
    if (reinterpret_cast<uintptr_t>(address) % 16 != 0) return false;
  }
  return true;
}

}  // namespace laminet::cuda
