// Elements are moved as words of 1, 2, 4, 8 or 16 bytes: several neighbours at once where sizes and addresses allow it,
// whatever their type.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include "cuda/kernels/device.h"

namespace laminet::cuda {

using Word16 = Vector<uint64_t, 2>;

inline constexpr int64_t kMostWordBytes = 16;

// The largest word that divides both `bytes` (of sizes, strides and offsets; also negative ones) and `so_far`.
inline int64_t common_word(int64_t so_far, int64_t bytes) {
  while (bytes % so_far != 0) so_far /= 2;
  return so_far;
}

inline int64_t common_word(int64_t so_far, const void* address) {
  return common_word(so_far, static_cast<int64_t>(reinterpret_cast<uintptr_t>(address) % kMostWordBytes));
}

// body.operator()<Word>() for the word of so many bytes.
template <typename Body>
void with_word(int64_t bytes, const Body& body) {
  switch (bytes) {
    case 1: return body.template operator()<uint8_t>();
    case 2: return body.template operator()<uint16_t>();
    case 4: return body.template operator()<uint32_t>();
    case 8: return body.template operator()<uint64_t>();
    default: return body.template operator()<Word16>();
  }
}

// A kernel for every word, for LAMINET_KERNELS.
#define LAMINET_FOR_WORDS(kernel) kernel<uint8_t>, kernel<uint16_t>, kernel<uint32_t>, kernel<uint64_t>, kernel<Word16>

}  // namespace laminet::cuda
