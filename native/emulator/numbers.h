// Element types of the emulated libraries, to and from double; independent of CUDA's own 16-bit types.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "runtime/float16.h"

namespace laminet::emulator {

template <typename T>
double widen(T x) {
  return static_cast<double>(x);
}
inline double widen(float16 x) { return static_cast<float>(x); }
inline double widen(bfloat16 x) { return static_cast<float>(x); }

// `x` with the 10 bits of TF32's fraction: to nearest, ties to even.
inline double rounded_to_tensor_float32(double x) {
  const float single = static_cast<float>(x);
  uint32_t bits;
  std::memcpy(&bits, &single, sizeof bits);
  bits = (bits + 0xfff + (bits >> 13 & 1)) & ~uint32_t{0x1fff};
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// EMULATED_TENSOR_FLOAT32=1: float32 products round their operands where a GPU may; without it, tests can compare tightly.
inline bool emulates_tensor_float32() {
  const char* wish = std::getenv("EMULATED_TENSOR_FLOAT32");
  return wish != nullptr && *wish == '1';
}

}  // namespace laminet::emulator
