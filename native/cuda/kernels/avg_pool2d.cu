// Launches of average pooling.
#include "cuda/kernels/avg_pool2d.cuh"

#include "cuda/kernels/pool_launch.h"

namespace laminet::cuda {

void launch_avg_pool2d(const Pool2d& pool, const void* x, void* y, cudaStream_t stream) {
  const PoolMemory at{x, nullptr, nullptr, y};
  with_pool_type(pool, at, [&]<typename T, int V>() {
    launch_pooling<T, V>("avg_pool2d", avg_pool2d<T, V>, pool, PoolSide::output, at, stream);
  });
}

void launch_avg_pool2d_backward(const Pool2d& pool, const void* dy, void* dx, cudaStream_t stream) {
  const PoolMemory at{nullptr, nullptr, dy, dx};
  with_pool_type(pool, at, [&]<typename T, int V>() {
    launch_pooling<T, V>("avg_pool2d_backward", avg_pool2d_gather<T, V>, pool, PoolSide::image, at, stream);
  });
}

}  // namespace laminet::cuda
