// What kernels are written with. The same source is compiled twice: by nvcc for GPUs, and by g++ for the emulated device, where Global
// and LAMINET_SHARED check every access (emulator/device_side.h gives the second meaning of all names here).
//
// Rules: a kernel takes one plain struct by value, with a Global for every pointer; it uses no atomics on floats (results must not depend on
// the order of threads); every template instance that is launched is named in a LAMINET_KERNELS list at the end of its .cuh.
#pragma once

#include <cstdint>

#ifdef LAMINET_EMULATED
#include "emulator/device_side.h"
#else
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

namespace laminet::cuda {

// N neighbours that are moved at once; the address must be a multiple of their size.
template <typename T, int N>
struct alignas(sizeof(T) * N) Vector {
  T lane[N];
};

// A pointer to device memory: read with x[i], written with x[i] = v; `load<N>` and `store` move N elements from index i on.
template <typename T>
class Global {
 public:
  Global() = default;
  __host__ __device__ explicit Global(T* data) : data_(data) {}
  __device__ T& operator[](int64_t index) const { return data_[index]; }
  template <int N>
  __device__ Vector<T, N> load(int64_t index) const {
    return *reinterpret_cast<const Vector<T, N>*>(data_ + index);
  }
  template <int N>
  __device__ void store(int64_t index, const Vector<T, N>& lanes) const {
    *reinterpret_cast<Vector<T, N>*>(data_ + index) = lanes;
  }

 private:
  T* data_ = nullptr;
};

template <typename T>
class Global<const T> {
 public:
  Global() = default;
  __host__ __device__ explicit Global(const T* data) : data_(data) {}
  __device__ T operator[](int64_t index) const { return data_[index]; }
  template <int N>
  __device__ Vector<T, N> load(int64_t index) const {
    return *reinterpret_cast<const Vector<T, N>*>(data_ + index);
  }

 private:
  const T* data_ = nullptr;
};

// `count` (a constant) elements that the threads of a block share. Helpers take such an array as `template <typename Shared> f(Shared& name)`.
#define LAMINET_SHARED(T, name, count) __shared__ T name[count]

// Template instances that are launched: the emulated device finds kernels through these lists.
#define LAMINET_KERNELS(...)

}  // namespace laminet::cuda
#endif

namespace laminet::cuda {

// What sums and formulas of T are computed in.
template <typename T>
struct AccumulatorOf {
  using type = float;
};
template <>
struct AccumulatorOf<double> {
  using type = double;
};
template <typename T>
using Accumulator = typename AccumulatorOf<T>::type;

__device__ inline float widen(float x) { return x; }
__device__ inline double widen(double x) { return x; }
__device__ inline float widen(__nv_bfloat16 x) { return __bfloat162float(x); }
__device__ inline float widen(__half x) { return __half2float(x); }

template <typename T>
__device__ inline T narrow(Accumulator<T> x) {
  return static_cast<T>(x);
}
template <>
__device__ inline __nv_bfloat16 narrow<__nv_bfloat16>(float x) {
  return __float2bfloat16(x);
}
template <>
__device__ inline __half narrow<__half>(float x) {
  return __float2half(x);
}

// The index of this thread among all of the launch, and their number, for loops that stride over the whole grid.
__device__ inline int64_t global_thread() { return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline int64_t global_threads() { return static_cast<int64_t>(gridDim.x) * blockDim.x; }

}  // namespace laminet::cuda
