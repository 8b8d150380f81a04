// softmax, log_softmax: y = exp(x - max) / sum(exp(x - max)), or x - max - log(sum(exp(x - max))), of every row. A row that fits the
// registers of a warp is read once; a longer one belongs to a block, which reads it three times.
#pragma once

#include <cmath>
#include <limits>

#include "cuda/kernels/device.h"

namespace laminet::cuda {

inline constexpr int kSoftmaxThreads = 256;

template <typename T>
struct SoftmaxArguments {
  Global<const T> x;
  Global<T> y;
  int64_t rows, length;
  int width;  // short rows: threads that share a row, a power of two up to 32
  bool logarithm;
};

template <typename A>
struct Larger {
  __device__ A operator()(A x, A y) const { return x > y ? x : y; }
};
template <typename A>
struct Sum {
  __device__ A operator()(A x, A y) const { return x + y; }
};

// Over `width` neighbouring lanes, in all of them.
template <typename A, typename Join>
__device__ inline A join_lanes(A value, int width, const Join& join) {
  for (int bits = width / 2; bits > 0; bits /= 2) value = join(value, __shfl_xor_sync(0xffffffffU, value, bits));
  return value;
}

template <typename A>
__device__ inline A softmax_result(A shifted, A sum, A log_sum, bool logarithm) {
  return logarithm ? shifted - log_sum : std::exp(shifted) / sum;
}

// `width` threads a row, kElements of it in each.
template <typename T, int kElements>
__global__ void __launch_bounds__(kSoftmaxThreads) softmax_short_rows(SoftmaxArguments<T> at) {
  using A = Accumulator<T>;
  const int thread = static_cast<int>(threadIdx.x), lane = thread % at.width;
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kSoftmaxThreads / at.width) + thread / at.width;
  const int length = row < at.rows ? static_cast<int>(at.length) : 0;
  const int64_t begin = row * at.length;
  A values[kElements], highest = -std::numeric_limits<A>::infinity(), sum = 0;
#pragma unroll
  for (int i = 0; i < kElements; ++i) {
    const int index = i * at.width + lane;
    values[i] = index < length ? widen(at.x[begin + index]) : -std::numeric_limits<A>::infinity();
    highest = Larger<A>()(highest, values[i]);
  }
  highest = join_lanes(highest, at.width, Larger<A>());
#pragma unroll
  for (int i = 0; i < kElements; ++i) {
    values[i] -= highest;
    if (i * at.width + lane < length) sum += std::exp(values[i]);
  }
  sum = join_lanes(sum, at.width, Sum<A>());
  const A log_sum = std::log(sum);
#pragma unroll
  for (int i = 0; i < kElements; ++i) {
    const int index = i * at.width + lane;
    if (index < length) at.y[begin + index] = narrow<T>(softmax_result(values[i], sum, log_sum, at.logarithm));
  }
}

// Over the threads of the block, in all of them.
template <typename A, typename Join, typename Shared>
__device__ inline A join_block(A value, const Join& join, Shared& warps) {
  value = join_lanes(value, 32, join);
  __syncthreads();  // `warps` may still be read from the time before
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = value;
  __syncthreads();
  value = warps[0];
  for (int warp = 1; warp < kSoftmaxThreads / 32; ++warp) value = join(value, warps[warp]);
  return value;
}

// A block a row; three on a multiprocessor, or ptxas aims at fewer registers and spills.
template <typename T>
__global__ void __launch_bounds__(kSoftmaxThreads, 3) softmax_long_rows(SoftmaxArguments<T> at) {
  using A = Accumulator<T>;
  LAMINET_SHARED(A, warps, kSoftmaxThreads / 32);
  const int64_t begin = static_cast<int64_t>(blockIdx.x) * at.length, first = begin + threadIdx.x, end = begin + at.length;
  A highest = -std::numeric_limits<A>::infinity(), sum = 0;
#pragma unroll 4
  for (int64_t i = first; i < end; i += kSoftmaxThreads) highest = Larger<A>()(highest, widen(at.x[i]));
  highest = join_block(highest, Larger<A>(), warps);
#pragma unroll 4
  for (int64_t i = first; i < end; i += kSoftmaxThreads) sum += std::exp(widen(at.x[i]) - highest);
  sum = join_block(sum, Sum<A>(), warps);
  const A log_sum = std::log(sum);
#pragma unroll 4
  for (int64_t i = first; i < end; i += kSoftmaxThreads) {
    at.y[i] = narrow<T>(softmax_result(widen(at.x[i]) - highest, sum, log_sum, at.logarithm));
  }
}

#define LAMINET_SOFTMAX(T) softmax_short_rows<T, 1>, softmax_short_rows<T, 4>, softmax_short_rows<T, 32>, softmax_long_rows<T>
LAMINET_KERNELS(LAMINET_SOFTMAX(float), LAMINET_SOFTMAX(double), LAMINET_SOFTMAX(__nv_bfloat16), LAMINET_SOFTMAX(__half))

}  // namespace laminet::cuda
