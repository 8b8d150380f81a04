// What the kernels of batch normalisation share: rows on their way through registers, and activations. T is what images are stored in, V
// how many neighbouring channels a thread moves at once.
#pragma once

#include "cuda/kernels/batch_norm.h"
#include "cuda/kernels/columns.h"

namespace laminet::cuda {

inline constexpr int kColumnThreads = 256;

// A thread reads this many rows before it computes with the first: enough loads on their way, few enough registers.
template <int V>
inline constexpr int kRowsAtOnce = V < 8 ? 4 : 2;

template <typename T, int V>
using Rows = Accumulator<T>[kRowsAtOnce<V>][V];

// Reads rows `row`, `row` + height, ... below `end`; the others are left alone. Returns how many were read.
template <typename T, int V>
__device__ inline int load_rows(const Columns& columns, const ColumnPlace& place, Global<const T> x, int64_t row, int64_t end,
                                Rows<T, V>& values) {
  int count = 0;
#pragma unroll
  for (int k = 0; k < kRowsAtOnce<V>; ++k) {
    const int64_t at = row + static_cast<int64_t>(k) * columns.height;
    if (at >= end) continue;
    const Vector<T, V> lanes = x.template load<V>((at * columns.count + place.column) * V);
#pragma unroll
    for (int v = 0; v < V; ++v) values[k][v] = widen(lanes.lane[v]);
    ++count;
  }
  return count;
}

// Writes the first `count` rows that load_rows would read.
template <typename T, int V>
__device__ inline void store_rows(const Columns& columns, const ColumnPlace& place, Global<T> y, int64_t row, int count,
                                  const Rows<T, V>& values) {
#pragma unroll
  for (int k = 0; k < kRowsAtOnce<V>; ++k) {
    if (k >= count) continue;
    Vector<T, V> lanes;
#pragma unroll
    for (int v = 0; v < V; ++v) lanes.lane[v] = narrow<T>(values[k][v]);
    y.template store<V>(((row + static_cast<int64_t>(k) * columns.height) * columns.count + place.column) * V, lanes);
  }
}

template <typename A>
__device__ inline A norm_activation(NormActivation activation, A alpha, A x) {
  if (activation == NormActivation::relu) return x < A(0) ? A(0) : x;
  if (activation == NormActivation::leaky_relu) return x >= A(0) ? x : alpha * x;
  return x;
}

// The gradient before the activation, from its result and the gradient after it.
template <typename A>
__device__ inline A norm_activation_backward(NormActivation activation, A alpha, A y, A dy) {
  if (activation == NormActivation::relu) return y > A(0) ? dy : A(0);
  if (activation == NormActivation::leaky_relu) return y >= A(0) ? dy : alpha * dy;
  return dy;
}

}  // namespace laminet::cuda
