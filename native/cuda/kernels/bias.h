// Adds a number a channel to rows of channels, and cuts off what is negative after it: what follows a convolution.
#pragma once

#include <cuda_runtime_api.h>

#include "runtime/program.h"

namespace laminet::cuda {

// y[row, channel] = y[row, channel] + bias[channel], rectified or not.
void launch_bias(DType dtype, void* y, const void* bias, bool rectified, int64_t rows, int64_t channels, cudaStream_t stream);

}  // namespace laminet::cuda
