// Kernels with one mistake each, and the same kernels without it. Compiled like the plugin's: by nvcc for the launches, by g++ for the
// emulated device.
#pragma once

#include "cuda/kernels/device.h"

namespace laminet::test {

using cuda::Global;

struct Buffers {
  Global<const float> in;
  Global<float> out;
  int count;
};

template <bool wrong>
__global__ void reads_past_end(Buffers x) {
  const int i = static_cast<int>(threadIdx.x);
  if (i < x.count) x.out[i] = x.in[wrong ? i + 1 : i];
}

template <bool wrong>
__global__ void writes_past_end(Buffers x) {
  const int i = static_cast<int>(threadIdx.x);
  if (wrong ? i <= x.count : i < x.count) x.out[i] = 1;
}

template <bool wrong>
__global__ void writes_before_beginning(Buffers x) {
  if (threadIdx.x == 0) x.out[wrong ? -1 : 0] = 1;
}

// The index leads past the end of `out`, exactly to where `in` lies.
struct Strayed {
  Global<float> out;
  int64_t distance;
};
template <bool wrong>
__global__ void strays_into_neighbour(Strayed x) {
  if (threadIdx.x == 0) x.out[wrong ? x.distance : 0] = 1;
}

// For pointers that are wrong as they are.
__global__ void adds_one(Buffers x) {
  const int i = static_cast<int>(threadIdx.x);
  if (i < x.count) x.out[i] = x.in[i] + 1;
}

template <bool wrong>
__global__ void loads_misaligned_vector(Buffers x) {
  if (threadIdx.x == 0) x.out.store<4>(0, x.in.load<4>(wrong ? 2 : 4));
}

// Every thread reads what another has written.
template <bool wrong>
__global__ void lacks_barrier(Buffers x) {
  LAMINET_SHARED(float, shared, 64);
  const int i = static_cast<int>(threadIdx.x);
  shared[i] = 0;
  __syncthreads();
  shared[i] = x.in[i];
  if (!wrong) __syncthreads();
  x.out[i] = shared[63 - i];
}

// The second round writes while the first may still be read.
template <bool wrong>
__global__ void lacks_barrier_before_reuse(Buffers x) {
  LAMINET_SHARED(float, shared, 64);
  const int i = static_cast<int>(threadIdx.x);
  float sum = 0;
  for (int round = 0; round < 2; ++round) {
    if (!wrong && round) __syncthreads();
    shared[i] = x.in[i] + static_cast<float>(round);
    __syncthreads();
    sum += shared[63 - i];
  }
  x.out[i] = sum;
}

template <bool wrong>
__global__ void writes_one_element_twice(Buffers x) {
  LAMINET_SHARED(float, shared, 64);
  const int i = static_cast<int>(threadIdx.x);
  shared[wrong ? i / 2 : i] = x.in[i] + static_cast<float>(i);
  __syncthreads();
  x.out[i] = shared[wrong ? i / 2 : i];
}

// Lanes of one warp exchange through shared memory; a shuffle between does not order memory.
template <bool wrong>
__global__ void lacks_warp_barrier(Buffers x) {
  LAMINET_SHARED(float, shared, 64);
  const int i = static_cast<int>(threadIdx.x);
  shared[i] = 0;
  __syncwarp();
  shared[i] = __shfl_xor_sync(0xffffffffU, x.in[i], 1);
  if (!wrong) __syncwarp();
  x.out[i] = shared[i ^ 1];
}

template <bool wrong>
__global__ void reads_unwritten_shared(Buffers x) {
  LAMINET_SHARED(float, shared, 64);
  const int i = static_cast<int>(threadIdx.x);
  if (!wrong || i < 32) shared[i] = x.in[i];
  __syncthreads();
  x.out[i] = shared[i];
}

template <bool wrong>
__global__ void leaves_shared_array(Buffers x) {
  LAMINET_SHARED(float, shared, 64);
  const int i = static_cast<int>(threadIdx.x);
  shared[wrong ? i + 1 : i] = x.in[i];
}

template <bool wrong>
__global__ void branches_around_barrier(Buffers x) {
  LAMINET_SHARED(float, shared, 1);
  if (threadIdx.x == 0) shared[0] = x.in[0];
  if (!wrong || threadIdx.x < 32) __syncthreads();
  if (threadIdx.x < 32) x.out[threadIdx.x] = shared[0];
  __syncthreads();
}

template <bool wrong>
__global__ void returns_before_barrier(Buffers x) {
  LAMINET_SHARED(float, shared, 64);
  const int i = static_cast<int>(threadIdx.x);
  if (wrong && i >= 40) return;
  if (i < 40) shared[i] = x.in[i];
  __syncthreads();
  if (i < 40) x.out[i] = shared[39 - i];
}

template <bool wrong>
__global__ void shuffles_without_half_the_warp(Buffers x) {
  const int i = static_cast<int>(threadIdx.x);
  float value = x.in[i];
  if (!wrong || i % 32 < 16) value += __shfl_xor_sync(0xffffffffU, value, 1);
  __syncthreads();
  x.out[i] = value;
}

// For blocks of 48 threads, whose second warp is half empty.
template <bool wrong>
__global__ void shuffles_from_outside_the_block(Buffers x) {
  const int i = static_cast<int>(threadIdx.x);
  const float other = __shfl_down_sync(0xffffffffU, x.in[i], 16, wrong ? 32 : 16);
  x.out[i] = other;
}

template <bool wrong>
__global__ void mixes_calls_of_a_warp(Buffers x) {
  const int i = static_cast<int>(threadIdx.x);
  float value = x.in[i];
  if (wrong && i % 2) {
    __syncwarp();
  } else {
    value = __shfl_xor_sync(0xffffffffU, value, 2);
  }
  x.out[i] = value;
}

// The place of a result depends on which thread comes first.
struct Appended {
  Global<int> next;
  Global<int> out;
};
template <bool wrong>
__global__ void depends_on_order(Appended x) {
  const int i = static_cast<int>(threadIdx.x);
  const int place = atomicAdd(&x.next[0], 1);
  x.out[wrong ? place : i] = i;
}

// In no list.
__global__ void is_not_compiled_for_the_device(Buffers x) { x.out[0] = 1; }

#define BOTH(kernel) kernel<true>, kernel<false>
LAMINET_KERNELS(BOTH(reads_past_end), BOTH(writes_past_end), BOTH(writes_before_beginning), BOTH(strays_into_neighbour), adds_one,
                BOTH(loads_misaligned_vector), BOTH(lacks_barrier), BOTH(lacks_barrier_before_reuse), BOTH(writes_one_element_twice),
                BOTH(lacks_warp_barrier), BOTH(reads_unwritten_shared), BOTH(leaves_shared_array), BOTH(branches_around_barrier),
                BOTH(returns_before_barrier), BOTH(shuffles_without_half_the_warp), BOTH(shuffles_from_outside_the_block),
                BOTH(mixes_calls_of_a_warp), BOTH(depends_on_order))

}  // namespace laminet::test
