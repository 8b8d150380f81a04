// gather: y[a, i, b] = x[a, indices[i], b], and its gradient scatter_add: y[a, indices[i], b] += updates[a, i, b]. Indices outside the
// range count as the nearest inside.
#pragma once

#include <cuda_runtime_api.h>

#include "runtime/program.h"

namespace laminet::cuda {

struct Gather {
  DType dtype = DType::f32;
  int64_t outer = 0;   // a
  int64_t size = 0;    // of the indexed axis
  int64_t inner = 0;   // b
  int64_t picked = 0;  // i
};

// False for rows (b) of more than 2^31 - 1 bytes.
bool gather_supported(const Gather& gather);

// One launch for up to 2^31 - 1 words. Zeros where there is nothing to pick from.
void launch_gather(const Gather& gather, const void* x, const int32_t* indices, void* y, cudaStream_t stream);

// For the float types. One launch, without atomics: every row of y looks through all indices, 32 at a time, and adds its updates in their
// order. The cost is one pass over the updates and y, and outer * size * picked / 32 steps of a warp: little beside the passes for tables
// of some thousand rows, but a table of a million rows would want sorted indices.
void launch_scatter_add(const Gather& gather, const int32_t* indices, const void* updates, void* y, cudaStream_t stream);

}  // namespace laminet::cuda
