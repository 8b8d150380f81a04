// Kernels of max pooling; pool2d.h says how they go about it. Launch bounds ask for 3 blocks on a multiprocessor: else ptxas spills.
#pragma once

#include <limits>

#include "cuda/kernels/pool_places.h"

namespace laminet::cuda {

template <typename A>
__device__ inline bool is_maximum(A x, A y) {
  return x == y || (x != x && y != y);
}

// The largest cell under each window; NaN wins, padding counts as -infinity.
template <typename T, int V>
__global__ void __launch_bounds__(256, 3) max_pool2d(PoolArguments<T> a) {
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
__global__ void __launch_bounds__(256, 3) max_pool2d_gather(PoolArguments<T> a) {
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
__global__ void __launch_bounds__(256, 3) max_pool2d_spread(PoolArguments<T> a) {
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

LAMINET_KERNELS(max_pool2d<float, 1>, max_pool2d<float, 4>, max_pool2d<double, 1>, max_pool2d<double, 2>, max_pool2d<__nv_bfloat16, 1>,
                max_pool2d<__nv_bfloat16, 8>, max_pool2d<__half, 1>, max_pool2d<__half, 8>)
LAMINET_KERNELS(max_pool2d_gather<float, 1>, max_pool2d_gather<float, 4>, max_pool2d_gather<double, 1>, max_pool2d_gather<double, 2>,
                max_pool2d_gather<__nv_bfloat16, 1>, max_pool2d_gather<__nv_bfloat16, 8>, max_pool2d_gather<__half, 1>,
                max_pool2d_gather<__half, 8>)
LAMINET_KERNELS(max_pool2d_spread<float, 1>, max_pool2d_spread<float, 4>, max_pool2d_spread<double, 1>, max_pool2d_spread<double, 2>,
                max_pool2d_spread<__nv_bfloat16, 1>, max_pool2d_spread<__nv_bfloat16, 8>, max_pool2d_spread<__half, 1>,
                max_pool2d_spread<__half, 8>)

}  // namespace laminet::cuda
