// Kernels of pooling. T is what images are stored in, V how many neighbouring channels a thread moves at once.
#pragma once

#include <limits>

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

template <typename A>
__device__ inline bool is_maximum(A x, A y) {
  return x == y || (x != x && y != y);
}

// The largest cell under each window; NaN wins, padding counts as -infinity.
template <typename T, int V>
__global__ void __launch_bounds__(256) max_pool2d(PoolArguments<T> a) {
  using A = Accumulator<T>;
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    const PoolPlace at = place_of(a, static_cast<uint32_t>(index));
    const PoolRange rows = cells_under(a.rows, at.row), columns = cells_under(a.columns, at.column);
    A best[V];
#pragma unroll
    for (int v = 0; v < V; ++v) best[v] = -std::numeric_limits<A>::infinity();
    for (int row = rows.begin; row < rows.end; ++row) {
      for (int column = columns.begin; column < columns.end; ++column) {
        A x[V];
        read_channels<T, V>(a.x, cell_index(a, at, row, column), x);
#pragma unroll
        for (int v = 0; v < V; ++v) best[v] = x[v] > best[v] || x[v] != x[v] ? x[v] : best[v];
      }
    }
    write_channels<T, V>(a.to, index, best);
  }
}

// Clears `first[v]` where a cell of the window before (row, column), in row-major order, is the maximum y too.
template <typename T, int V>
__device__ inline void drop_later_maxima(const PoolArguments<T>& a, const PoolPlace& at, const PoolRange& rows, const PoolRange& columns,
                                         const Accumulator<T> (&y)[V], bool (&first)[V]) {
  for (int row = rows.begin; row <= at.row; ++row) {
    const int end = row == at.row ? at.column : columns.end;
    for (int column = columns.begin; column < end; ++column) {
      Accumulator<T> x[V];
      read_channels<T, V>(a.x, cell_index(a, at, row, column), x);
      bool any = false;
#pragma unroll
      for (int v = 0; v < V; ++v) {
        first[v] = first[v] && !is_maximum(x[v], y[v]);
        any = any || first[v];
      }
      if (!any) return;
    }
  }
}

// For each cell of the image: the sum of the gradients of the windows whose first maximum it is.
template <typename T, int V>
__global__ void __launch_bounds__(256, 4) max_pool2d_gather(PoolArguments<T> a) {
  using A = Accumulator<T>;
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    const PoolPlace at = place_of(a, static_cast<uint32_t>(index));
    const PoolRange rows = positions_over(a.rows, at.row), columns = positions_over(a.columns, at.column);
    A x[V], sum[V] = {};
    read_channels<T, V>(a.x, index, x);
    for (int row = rows.begin; row < rows.end; ++row) {
      for (int column = columns.begin; column < columns.end; ++column) {
        const int64_t position = position_index(a, at, row, column);
        A y[V];
        read_channels<T, V>(a.y, position, y);
        bool first[V], any = false;
#pragma unroll
        for (int v = 0; v < V; ++v) {
          first[v] = is_maximum(x[v], y[v]);
          any = any || first[v];
        }
        if (!any) continue;
        drop_later_maxima<T, V>(a, at, cells_under(a.rows, row), cells_under(a.columns, column), y, first);
        A dy[V];
        read_channels<T, V>(a.dy, position, dy);
#pragma unroll
        for (int v = 0; v < V; ++v) sum[v] += first[v] ? dy[v] : A(0);
      }
    }
    write_channels<T, V>(a.to, index, sum);
  }
}

// The cells from a window's first to the next window's; the last position takes what is left of the image.
__device__ inline PoolRange cells_of_tile(const PoolAxis& axis, int position) {
  const int start = position * axis.stride - axis.before;
  return {max(start, 0), position + 1 == axis.output ? axis.input : min(start + axis.stride, axis.input)};
}

// The same for windows that do not overlap: each position writes the cells of its window, and those up to the next.
template <typename T, int V>
__global__ void __launch_bounds__(256) max_pool2d_spread(PoolArguments<T> a) {
  using A = Accumulator<T>;
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    const PoolPlace at = place_of(a, static_cast<uint32_t>(index));
    const PoolRange rows = cells_of_tile(a.rows, at.row), columns = cells_of_tile(a.columns, at.column);
    const PoolRange window_rows = cells_under(a.rows, at.row), window_columns = cells_under(a.columns, at.column);
    A y[V], dy[V];
    read_channels<T, V>(a.y, index, y);
    read_channels<T, V>(a.dy, index, dy);
    bool given[V] = {};
    for (int row = rows.begin; row < rows.end; ++row) {
      for (int column = columns.begin; column < columns.end; ++column) {
        const int64_t cell = cell_index(a, at, row, column);
        A dx[V] = {};
        if (row < window_rows.end && column < window_columns.end) {
          A x[V];
          read_channels<T, V>(a.x, cell, x);
#pragma unroll
          for (int v = 0; v < V; ++v) {
            const bool takes = !given[v] && is_maximum(x[v], y[v]);
            dx[v] = takes ? dy[v] : A(0);
            given[v] = given[v] || takes;
          }
        }
        write_channels<T, V>(a.to, cell, dx);
      }
    }
  }
}

// The number of cells under a window that lie inside the image.
__device__ inline int cells_in(const PoolRange& rows, const PoolRange& columns) {
  return max(rows.end - rows.begin, 0) * max(columns.end - columns.begin, 0);
}

// The mean of the cells under each window that lie inside the image, 0 where there is none.
template <typename T, int V>
__global__ void __launch_bounds__(256) avg_pool2d(PoolArguments<T> a) {
  using A = Accumulator<T>;
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    const PoolPlace at = place_of(a, static_cast<uint32_t>(index));
    const PoolRange rows = cells_under(a.rows, at.row), columns = cells_under(a.columns, at.column);
    A sum[V] = {};
    for (int row = rows.begin; row < rows.end; ++row) {
      for (int column = columns.begin; column < columns.end; ++column) {
        A x[V];
        read_channels<T, V>(a.x, cell_index(a, at, row, column), x);
#pragma unroll
        for (int v = 0; v < V; ++v) sum[v] += x[v];
      }
    }
    const A cells = static_cast<A>(max(cells_in(rows, columns), 1));
#pragma unroll
    for (int v = 0; v < V; ++v) sum[v] /= cells;
    write_channels<T, V>(a.to, index, sum);
  }
}

// For each cell of the image: the sum over the windows that cover it of their gradient, divided by their cells.
template <typename T, int V>
__global__ void __launch_bounds__(256) avg_pool2d_gather(PoolArguments<T> a) {
  using A = Accumulator<T>;
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    const PoolPlace at = place_of(a, static_cast<uint32_t>(index));
    const PoolRange rows = positions_over(a.rows, at.row), columns = positions_over(a.columns, at.column);
    A sum[V] = {};
    for (int row = rows.begin; row < rows.end; ++row) {
      for (int column = columns.begin; column < columns.end; ++column) {
        A dy[V];
        read_channels<T, V>(a.dy, position_index(a, at, row, column), dy);
        const A share = A(1) / static_cast<A>(cells_in(cells_under(a.rows, row), cells_under(a.columns, column)));
#pragma unroll
        for (int v = 0; v < V; ++v) sum[v] += dy[v] * share;
      }
    }
    write_channels<T, V>(a.to, index, sum);
  }
}

#define LAMINET_POOL2D_OF(T, V) \
  max_pool2d<T, V>, max_pool2d_gather<T, V>, max_pool2d_spread<T, V>, avg_pool2d<T, V>, avg_pool2d_gather<T, V>

LAMINET_KERNELS(LAMINET_POOL2D_OF(float, 1), LAMINET_POOL2D_OF(float, 4), LAMINET_POOL2D_OF(double, 1), LAMINET_POOL2D_OF(double, 2),
                LAMINET_POOL2D_OF(__nv_bfloat16, 1), LAMINET_POOL2D_OF(__nv_bfloat16, 8), LAMINET_POOL2D_OF(__half, 1),
                LAMINET_POOL2D_OF(__half, 8))

}  // namespace laminet::cuda
