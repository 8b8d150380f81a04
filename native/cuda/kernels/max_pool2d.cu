// Launches of max pooling, and the choice between its gradients.
#include "cuda/kernels/max_pool2d.cuh"

#include "cuda/kernels/pool_launch.h"

namespace laminet::cuda {

namespace {

bool overlaps(const WindowAxis& axis) { return axis.window > axis.stride; }

}  // namespace

void launch_max_pool2d(const Pool2d& pool, const void* x, void* y, cudaStream_t stream) {
  const PoolMemory at{x, nullptr, nullptr, y};
  with_pool_type(pool, at, [&]<typename T, int V>() {
    launch_pooling<T, V>("max_pool2d", max_pool2d<T, V>, pool, PoolSide::output, at, stream);
  });
}

void launch_max_pool2d_backward(const Pool2d& pool, const void* x, const void* y, const void* dy, void* dx, cudaStream_t stream) {
  const PoolMemory at{x, y, dy, dx};
  const bool gathers = overlaps(pool.window.rows) || overlaps(pool.window.columns) || pool_cells(pool, PoolSide::output) == 0;
  with_pool_type(pool, at, [&]<typename T, int V>() {
    if (gathers) {
      launch_pooling<T, V>("max_pool2d_backward", max_pool2d_gather<T, V>, pool, PoolSide::image, at, stream);
    } else {
      launch_pooling<T, V>("max_pool2d_backward", max_pool2d_spread<T, V>, pool, PoolSide::output, at, stream);
    }
  });
}

}  // namespace laminet::cuda
