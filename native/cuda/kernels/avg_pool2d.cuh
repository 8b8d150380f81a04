// Kernels of average pooling. Launch bounds ask for 3 blocks on a multiprocessor: else ptxas aims at fewer registers and spills.
#pragma once

#include "cuda/kernels/pool_places.h"

namespace laminet::cuda {

// The number of cells under a window that lie inside the image.
__device__ inline int cells_in(const PoolRange& rows, const PoolRange& columns) {
  return max(rows.end - rows.begin, 0) * max(columns.end - columns.begin, 0);
}

// The mean of the cells under each window that lie inside the image, 0 where there is none.
template <typename T, int V>
__global__ void __launch_bounds__(256, 3) avg_pool2d(PoolArguments<T> a) {
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
__global__ void __launch_bounds__(256, 3) avg_pool2d_gather(PoolArguments<T> a) {
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

LAMINET_KERNELS(avg_pool2d<float, 1>, avg_pool2d<float, 4>, avg_pool2d<double, 1>, avg_pool2d<double, 2>, avg_pool2d<__nv_bfloat16, 1>,
                avg_pool2d<__nv_bfloat16, 8>, avg_pool2d<__half, 1>, avg_pool2d<__half, 8>)
LAMINET_KERNELS(avg_pool2d_gather<float, 1>, avg_pool2d_gather<float, 4>, avg_pool2d_gather<double, 1>, avg_pool2d_gather<double, 2>,
                avg_pool2d_gather<__nv_bfloat16, 1>, avg_pool2d_gather<__nv_bfloat16, 8>, avg_pool2d_gather<__half, 1>,
                avg_pool2d_gather<__half, 8>)

}  // namespace laminet::cuda
