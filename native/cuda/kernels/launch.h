// Launching a kernel from a .cu file: sizes of grids, and the check of every launch.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "cuda/status.h"

namespace laminet::cuda {

inline constexpr int kBlock = 256;

// Blocks of a loop over `count` elements that strides over the grid: enough to fill any GPU, few enough to start quickly.
inline unsigned grid_for(int64_t count, int per_block = kBlock) {
  return static_cast<unsigned>(std::clamp<int64_t>((count + per_block - 1) / per_block, 1, 8192));
}

// `name` is for the error message.
template <typename Arguments>
void launch(const char* name, void (*kernel)(Arguments), dim3 grid, dim3 block, cudaStream_t stream, const Arguments& arguments) {
  kernel<<<grid, block, 0, stream>>>(arguments);
  check_launch(name);
}

}  // namespace laminet::cuda
