// Max and average pooling of images [n, h, w, c], and their gradients.
//
// One launch each. The gradients gather: every cell of the image collects from the windows that cover it, so that no two threads write the
// same cell. Where windows do not overlap, max pooling's gradient walks over windows instead, and reads everything once.
#pragma once

#include <cuda_runtime_api.h>

#include "runtime/geometry.h"

namespace laminet::cuda {

struct Pool2d {
  DType dtype = DType::f32;
  int64_t images = 0;
  int64_t channels = 0;
  WindowGeometry window;
};

void launch_max_pool2d(const Pool2d& pool, const void* x, void* y, cudaStream_t stream);
void launch_max_pool2d_backward(const Pool2d& pool, const void* x, const void* y, const void* dy, void* dx, cudaStream_t stream);
void launch_avg_pool2d(const Pool2d& pool, const void* x, void* y, cudaStream_t stream);
void launch_avg_pool2d_backward(const Pool2d& pool, const void* dy, void* dx, cudaStream_t stream);

}  // namespace laminet::cuda
