// The transforms of F(4x4, 3x3) and of F(3x3, 4x4), along one axis of six points: 0, +-5/8, +-3/2 and infinity; and of F(3x3, 3x3), of five
// points: 0, +-5/8, +-2. These points are exact in float32 and round less than the usual integers (see docs/decisions/own-winograd.md). Written
// as even and odd halves, which the two signs of a point share. Files that include this are compiled for either tile (LAMINET_TILE), in
// namespaces of their own (LAMINET_WINOGRAD).
#pragma once

#include "vectors.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace LAMINET_WINOGRAD {

inline constexpr int kBlock = kNativeLanes < 8 ? 8 : kNativeLanes;
using Vector = VectorOf<kBlock>::type;

inline constexpr int kTile = LAMINET_TILE, kTaps = 3, kCells = kTile + kTaps - 1, kPoints = kCells * kCells;
inline constexpr int kLine = 16;  // floats of a line of the cache
inline constexpr float kA = 0.625F, kB = kTile == 3 ? 2.0F : 1.5F;
inline constexpr float kA2 = kA * kA, kB2 = kB * kB;

LAMINET_INLINE Vector load(const float* memory) {
  Vector vector;
  std::memcpy(&vector, memory, sizeof vector);
  return vector;
}
LAMINET_INLINE void store(float* memory, const Vector& vector) { std::memcpy(memory, &vector, sizeof vector); }

// Cells of a source at the points, of which infinity is the sixth.
template <int kSize>
LAMINET_INLINE void source_points(const Vector (&d)[kSize], Vector (&t)[kSize]) {
  const Vector even_a = d[4] - kB2 * d[2], odd_a = kA * (d[3] - kB2 * d[1]);
  const Vector even_b = d[4] - kA2 * d[2], odd_b = kB * (d[3] - kA2 * d[1]);
  t[0] = d[4] - (kA2 + kB2) * d[2] + (kA2 * kB2) * d[0];
  t[1] = even_a + odd_a;
  t[2] = even_a - odd_a;
  t[3] = even_b + odd_b;
  t[4] = even_b - odd_b;
  if constexpr (kSize == 6) t[5] = d[5] - (kA2 + kB2) * d[3] + (kA2 * kB2) * d[1];
}

// One over the product of a point's distances from the others.
inline constexpr float kAtZero = 1 / (kA2 * kB2), kAtA = 1 / (2 * kA2 * (kA2 - kB2)), kAtB = 1 / (2 * kB2 * (kB2 - kA2));

// Taps of a window at the points. For the gradient of the weights the tile of the gradient is the window.
template <int kFrom, int kTo>
LAMINET_INLINE void window_points(const Vector (&g)[kFrom], Vector (&t)[kTo]) {
  const Vector even_a = kAtA * g[0] + (kAtA * kA2) * g[2], even_b = kAtB * g[0] + (kAtB * kB2) * g[2];
  Vector odd_a = (kAtA * kA) * g[1], odd_b = (kAtB * kB) * g[1];
  if constexpr (kFrom == 4) {
    odd_a += (kAtA * kA * kA2) * g[3];
    odd_b += (kAtB * kB * kB2) * g[3];
  }
  t[0] = kAtZero * g[0];
  t[1] = even_a + odd_a;
  t[2] = even_a - odd_a;
  t[3] = even_b + odd_b;
  t[4] = even_b - odd_b;
  if constexpr (kTo == 6) t[5] = g[kFrom - 1];
}

// Products at the points as results: cells of a tile, or taps for the gradient of the weights.
template <int kFrom, int kTo>
LAMINET_INLINE void results(const Vector (&m)[kFrom], Vector (&y)[kTo]) {
  const Vector even_a = m[1] + m[2], odd_a = m[1] - m[2], even_b = m[3] + m[4], odd_b = m[3] - m[4];
  y[0] = m[0] + even_a + even_b;
  y[1] = kA * odd_a + kB * odd_b;
  y[2] = kA2 * even_a + kB2 * even_b;
  if constexpr (kTo == 4) y[3] = (kA * kA2) * odd_a + (kB * kB2) * odd_b;
  if constexpr (kFrom == 6) y[kTo - 1] += m[5];
}

}  // namespace LAMINET_WINOGRAD
}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
