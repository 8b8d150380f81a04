// Launching softmax and log_softmax over rows.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "runtime/program.h"

namespace laminet::cuda {

struct Softmax {
  DType dtype = DType::f32;
  int64_t rows = 0, length = 0;
  bool logarithm = false;
};

void launch_softmax(const Softmax& softmax, const void* x, void* y, cudaStream_t stream);

}  // namespace laminet::cuda
