// Windows of a max pooling and runs of lanes that lie side by side.
#pragma once

#include <algorithm>
#include <cstring>

#include "max_pool.h"
#include "vectors.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

template <int N>
struct Lanes {
  typedef float Floats __attribute__((vector_size(N * sizeof(float))));
  typedef int32_t Integers __attribute__((vector_size(N * sizeof(int32_t))));
  typedef uint8_t Bytes __attribute__((vector_size(N)));
};

template <typename Vector, typename Element>
LAMINET_INLINE void load(Vector& vector, const Element* memory) {
  std::memcpy(&vector, memory, sizeof vector);
}

template <typename Vector, typename Element>
LAMINET_INLINE void store(Element* memory, const Vector& vector) {
  std::memcpy(memory, &vector, sizeof vector);
}

// The taps of one output position that lie inside the image.
struct Taps {
  int64_t first, last;  // last: one behind
  int64_t cell;         // that tap 0 would read
};

LAMINET_INLINE Taps taps_at(const PoolAxis& axis, int64_t position) {
  const int64_t cell = position * axis.stride - axis.before;
  const int64_t first = std::max<int64_t>(-cell, 0);
  return {first, std::max(std::min(axis.window, axis.input - cell), first), cell};
}

// Calls body.operator()<N>(lane) for runs of N lanes, a vector of the instruction set or less: compilers take wider ones apart badly.
template <typename Body>
LAMINET_INLINE void for_each_lane_run(int64_t lanes, const Body& body) {
  int64_t lane = 0;
  for (; lane + kNativeLanes <= lanes; lane += kNativeLanes) body.template operator()<kNativeLanes>(lane);
  if constexpr (kNativeLanes > 8)
    for (; lane + 8 <= lanes; lane += 8) body.template operator()<8>(lane);
  for (; lane < lanes; ++lane) body.template operator()<1>(lane);
}

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
