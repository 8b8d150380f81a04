// Moving elements of 1, 4 or 8 bytes: one strided copy serves transpose, slice, concat, crop, interior padding, reverse and broadcast.
#pragma once

#include <cstddef>
#include <cstdint>

namespace laminet::cpu {

inline constexpr int kCopyRank = 8;

// destination[sum i_k * to[k]] = source[sum i_k * from[k]] over all i_k < extents[k]; strides in elements, negative and (in `from`) zero
// allowed. Axes in any order; source and destination do not overlap.
struct CopySpace {
  int rank = 0;
  int64_t extents[kCopyRank] = {};
  int64_t from[kCopyRank] = {};
  int64_t to[kCopyRank] = {};
};

struct CopyKernels {
  void (*copy)(const CopySpace& space, size_t element_bytes, const void* source, void* destination);
  // `count` elements with the bits of *value.
  void (*fill)(int64_t count, size_t element_bytes, const void* value, void* destination);
  // x [outer][axis][inner], indices [count] clamped to [0, axis): y [outer][count][inner].
  void (*gather)(int64_t outer, int64_t axis, int64_t inner, size_t element_bytes, const void* x, const int32_t* indices, int64_t count,
                 void* y);
};

const CopyKernels& copy_kernels();

}  // namespace laminet::cpu
