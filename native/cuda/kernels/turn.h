// Turns matrices over: the kernel of a convolution, [kh, kw, c / groups, o], into [o, kh, kw, c / groups], as cuDNN wants it, and back.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

namespace laminet::cuda {

// `from` has `rows` rows of `columns` elements of `element_bytes` (2, 4 or 8); `to` gets its columns as rows.
void launch_turn(const void* from, void* to, int64_t rows, int64_t columns, size_t element_bytes, cudaStream_t stream);

}  // namespace laminet::cuda
