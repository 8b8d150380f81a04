// What the kernels of pooling share: where a thread stands, which cells lie under a window and which windows cover a cell. T is what
// images are stored in, V how many neighbouring channels a thread moves at once.
#pragma once

#include "cuda/kernels/device.h"
#include "cuda/kernels/divide.h"

namespace laminet::cuda {

struct PoolAxis {
  int input, window, stride, before, output;
  Divider by_stride;
};

// Threads count vectors of channels of the image or of the output; the `walk` sizes are those of that side.
template <typename T>
struct PoolArguments {
  PoolAxis rows, columns;
  Divider walk_rows, walk_columns, walk_vectors;
  uint32_t count;
  int64_t vectors;  // of the channels
  Global<const T> x, y, dy;
  Global<T> to;
};

// [begin, end); may be empty.
struct PoolRange {
  int begin, end;
};

// The cells inside the image under the window at a position.
__device__ inline PoolRange cells_under(const PoolAxis& axis, int position) {
  const int start = position * axis.stride - axis.before;
  return {max(start, 0), min(start + axis.window, axis.input)};
}

// The positions whose windows cover a cell.
__device__ inline PoolRange positions_over(const PoolAxis& axis, int cell) {
  const int reach = cell + axis.before, first = reach - axis.window + 1;
  const int begin = first > 0 ? static_cast<int>(axis.by_stride.quotient(static_cast<uint32_t>(first + axis.stride - 1))) : 0;
  return {begin, min(static_cast<int>(axis.by_stride.quotient(static_cast<uint32_t>(reach))) + 1, axis.output)};
}

// Where a thread stands.
struct PoolPlace {
  int64_t image;
  int row, column;
  int64_t vector;
};

template <typename T>
__device__ inline PoolPlace place_of(const PoolArguments<T>& a, uint32_t index) {
  const uint32_t vector = take_digit(a.walk_vectors, index), column = take_digit(a.walk_columns, index);
  const uint32_t row = take_digit(a.walk_rows, index);
  return {static_cast<int64_t>(index), static_cast<int>(row), static_cast<int>(column), static_cast<int64_t>(vector)};
}

// The vector index of a cell of the image, and of a position of the output.
template <typename T>
__device__ inline int64_t cell_index(const PoolArguments<T>& a, const PoolPlace& at, int row, int column) {
  return ((at.image * a.rows.input + row) * a.columns.input + column) * a.vectors + at.vector;
}
template <typename T>
__device__ inline int64_t position_index(const PoolArguments<T>& a, const PoolPlace& at, int row, int column) {
  return ((at.image * a.rows.output + row) * a.columns.output + column) * a.vectors + at.vector;
}

template <typename T, int V>
__device__ inline void read_channels(Global<const T> from, int64_t vector, Accumulator<T> (&values)[V]) {
  const Vector<T, V> lanes = from.template load<V>(vector * V);
#pragma unroll
  for (int v = 0; v < V; ++v) values[v] = widen(lanes.lane[v]);
}

template <typename T, int V>
__device__ inline void write_channels(Global<T> to, int64_t vector, const Accumulator<T> (&values)[V]) {
  Vector<T, V> lanes;
#pragma unroll
  for (int v = 0; v < V; ++v) lanes.lane[v] = narrow<T>(values[v]);
  to.template store<V>(vector * V, lanes);
}

}  // namespace laminet::cuda
