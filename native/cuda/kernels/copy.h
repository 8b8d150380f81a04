// Copies between strided views of memory: transpose, slice and reverse. One launch for up to 2^31 - 1 words.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <vector>

#include "runtime/program.h"

namespace laminet::cuda {

// Strides in bytes.
struct ViewAxis {
  int64_t size, source, target;
};

// target[target strides * index] = source[source_start + source strides * index]. The target is dense, its axes in the order of memory.
struct View {
  std::vector<ViewAxis> axes;
  int64_t source_start = 0;
};

// The same copy of a tensor's elements with as few axes as possible; the last one runs over the bytes that lie together on both sides.
// `strides` are those of the source, in elements, `start` too.
View simplified_view(DType dtype, const Shape& target, const std::vector<int64_t>& strides, int64_t start);

// Strides of a dense tensor, in elements.
std::vector<int64_t> dense_strides(const Shape& shape);

// False for views with more axes than the kernel takes.
bool copy_supported(const View& view);
void launch_copy(const View& view, const void* source, void* target, cudaStream_t stream);

}  // namespace laminet::cuda
