// Reductions of float32 over any axes of a dense tensor, arg reductions, softmax.
#pragma once

#include <cstddef>
#include <cstdint>

namespace laminet::cpu {

enum class Reduction { sum, prod, max, min };

inline constexpr int kReduceRank = 8;

// A dense tensor in memory order (last axis innermost); `strides` are of the result, in elements, 0 along reduced axes. A blocked tensor
// [n, c/16, h, w, 16] summed over n, h, w has strides [0, 16, 0, 0, 1]. Kept axes must map to distinct elements of the result.
struct ReduceSpace {
  int rank = 0;
  int64_t extents[kReduceRank] = {};
  int64_t strides[kReduceRank] = {};
};

struct ReduceKernels {
  // y = reduction of x times `scale` (sum only; 1 / count makes a mean). Deterministic for a fixed number of threads; sums accumulate
  // pairwise in float32 and in double across blocks. NaN wins in max and min. An empty reduction gives the neutral element.
  void (*reduce)(Reduction reduction, const ReduceSpace& space, float scale, const float* x, float* y, void* scratch);
  // x is [outer][count][inner]; y gets the lowest index among equals; the first NaN wins.
  void (*arg_max)(int64_t outer, int64_t count, int64_t inner, const float* x, int32_t* y);
  void (*arg_min)(int64_t outer, int64_t count, int64_t inner, const float* x, int32_t* y);
  // Over the last axis of [rows][columns]; y may be x.
  void (*softmax)(int64_t rows, int64_t columns, const float* x, float* y);
  void (*log_softmax)(int64_t rows, int64_t columns, const float* x, float* y);
  size_t (*scratch_bytes)(const ReduceSpace& space);
};

const ReduceKernels& reduce_kernels();

// Bytes of `scratch` (64-byte aligned) for `reduce` with OpenMP's present number of threads; may be 0.
size_t reduce_scratch_bytes(const ReduceSpace& space);

}  // namespace laminet::cpu
