// Joins tensors along an axis: one launch for up to 16 of them.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <vector>

namespace laminet::cuda {

// Every source is `outer` rows of its own number of bytes; a row of the target is the sources' rows one after the other.
struct Concat {
  int64_t outer = 0;
  std::vector<int64_t> row_bytes;
};

// False for rows of more than 2^31 - 1 bytes.
bool concat_supported(const Concat& concat);
void launch_concat(const Concat& concat, const std::vector<const void*>& sources, void* target, cudaStream_t stream);

}  // namespace laminet::cuda
