// Vectors of floats as wide as the instruction set has them, for loops whose running sums must stay in registers.
#pragma once

#include <cstring>

#include "isa.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

#if defined(__AVX512F__)
inline constexpr int kNativeLanes = 16;
#elif defined(__AVX2__)
inline constexpr int kNativeLanes = 8;
#else
inline constexpr int kNativeLanes = 4;
#endif

template <int kLanes>
struct VectorOf {
  typedef float type __attribute__((vector_size(kLanes * sizeof(float))));
};
using NativeVector = VectorOf<kNativeLanes>::type;

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
