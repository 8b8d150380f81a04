// Reductions over one axis of [outer, reduced, inner], in a fixed order: every thread joins elements a fixed distance apart, then threads
// join one another as a tree.
#pragma once

#include "cuda/kernels/reduce.h"
#include "cuda/kernels/reducers.h"

namespace laminet::cuda {

template <typename Reducer, typename In>
struct ReduceArguments {
  Global<const In> x;
  Global<typename Reducer::State> partials;
  Global<typename Reducer::Result> y;
  ReduceSizes sizes;
  Reducer reducer;
};

// Loads of a loop that are under way at a time; places take twice the registers.
template <typename Reducer>
constexpr int kLoads = Reducer::kIndexed ? 2 : 4;

// `place` counts in [outer, chunks, inner].
template <typename Reducer, typename In>
__device__ inline void write_state(const ReduceArguments<Reducer, In>& at, int64_t place, typename Reducer::State state) {
  if (at.sizes.to_partials) {
    at.partials[place] = state;
  } else {
    at.y[place] = at.reducer.result(state);
  }
}

// What lane `lane` (of `sizes.width`) takes of the `length` elements from `begin` on, the first of which has the index `first` on its axis.
template <typename Reducer, typename In>
__device__ inline typename Reducer::State reduce_lane(const ReduceArguments<Reducer, In>& at, int64_t begin, int64_t first,
                                                      int64_t length, int lane) {
  const Reducer reducer = at.reducer;
  const int width = at.sizes.width;
  typename Reducer::State states[4] = {reducer.start(), reducer.start(), reducer.start(), reducer.start()};
  int64_t scalars = 0;
  if (at.sizes.vectors) {
    scalars = length / 4 * 4;
#pragma unroll kLoads<Reducer> / 2
    for (int64_t i = lane * 4; i < scalars; i += width * 4) {
      const auto elements = at.x.template load<4>(begin + i);
#pragma unroll
      for (int k = 0; k < 4; ++k) states[k] = reducer.join(states[k], reduce_state<Reducer>(elements.lane[k], first + i + k));
    }
  }
#pragma unroll kLoads<Reducer>
  for (int64_t i = scalars + lane; i < length; i += width) {
    states[0] = reducer.join(states[0], reduce_state<Reducer>(at.x[begin + i], first + i));
  }
  return reducer.join(reducer.join(states[0], states[1]), reducer.join(states[2], states[3]));
}

// [outer, reduced]: `width` threads a row: 8, 32, or all of the block.
template <typename Reducer, typename In>
__global__ void __launch_bounds__(kReduceThreads) reduce_rows(ReduceArguments<Reducer, In> at) {
  using State = typename Reducer::State;
  LAMINET_SHARED(State, warps, kReduceThreads / 32);
  const ReduceSizes& sizes = at.sizes;
  const int thread = static_cast<int>(threadIdx.x), lane = thread % sizes.width;
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kReduceThreads / sizes.width) + thread / sizes.width;
  const bool exists = row < sizes.outer * sizes.chunks;
  State state = at.reducer.start();
  if (exists) {
    const int64_t outer = row / sizes.chunks, first = (row - outer * sizes.chunks) * sizes.chunk;
    const int64_t length = sizes.reduced - first < sizes.chunk ? sizes.reduced - first : sizes.chunk;
    state = reduce_lane(at, outer * sizes.reduced + first, first, length, lane);
  }
  for (int bits = (sizes.width < 32 ? sizes.width : 32) / 2; bits > 0; bits /= 2) {
    state = at.reducer.join(state, shuffle_state(state, bits));
  }
  if (sizes.width > 32) {
    if (thread % 32 == 0) warps[thread / 32] = state;
    __syncthreads();
    if (thread == 0) {
      for (int warp = 1; warp < kReduceThreads / 32; ++warp) state = at.reducer.join(state, warps[warp]);
    }
  }
  if (exists && lane == 0) write_state(at, row, state);
}

// Neighbouring threads take neighbouring columns, kColumns each: of all results [outer, inner], counted as one.
template <int kColumns, typename Reducer, typename In, typename Shared>
__device__ inline void reduce_columns_of(const ReduceArguments<Reducer, In>& at, Shared& shared) {
  const ReduceSizes& sizes = at.sizes;
  const Reducer reducer = at.reducer;
  const int thread = static_cast<int>(threadIdx.x), row = thread / sizes.width;
  const int64_t vectors = sizes.outer * sizes.inner / kColumns, tiles = (vectors + sizes.width - 1) / sizes.width;
  const int64_t chunk = blockIdx.x / tiles, tile = blockIdx.x - chunk * tiles;
  const int64_t vector = tile * sizes.width + thread % sizes.width;
  const bool exists = vector < vectors;
  const int64_t outer = vector * kColumns / sizes.inner, inner = vector * kColumns - outer * sizes.inner;
  const int64_t end = sizes.reduced < (chunk + 1) * sizes.chunk ? sizes.reduced : (chunk + 1) * sizes.chunk;
  typename Reducer::State states[kColumns];
#pragma unroll
  for (int k = 0; k < kColumns; ++k) states[k] = reducer.start();
  if (exists) {
#pragma unroll kLoads<Reducer>
    for (int64_t i = chunk * sizes.chunk + row; i < end; i += sizes.height) {
      const auto elements = at.x.template load<kColumns>((outer * sizes.reduced + i) * sizes.inner + inner);
#pragma unroll
      for (int k = 0; k < kColumns; ++k) states[k] = reducer.join(states[k], reduce_state<Reducer>(elements.lane[k], i));
    }
  }
  if (sizes.height > 1) {
#pragma unroll
    for (int k = 0; k < kColumns; ++k) shared[k * kReduceThreads + thread] = states[k];
    for (int half = sizes.height / 2; half > 0; half /= 2) {
      __syncthreads();
      if (row >= half) continue;
#pragma unroll
      for (int k = 0; k < kColumns; ++k) {
        states[k] = reducer.join(states[k], shared[k * kReduceThreads + thread + half * sizes.width]);
        shared[k * kReduceThreads + thread] = states[k];
      }
    }
  }
  if (!exists || row > 0) return;
#pragma unroll
  for (int k = 0; k < kColumns; ++k) write_state(at, (outer * sizes.chunks + chunk) * sizes.inner + inner + k, states[k]);
}

// Two blocks on a multiprocessor, or ptxas aims at fewer registers and spills.
template <typename Reducer, typename In>
__global__ void __launch_bounds__(kReduceThreads, 2) reduce_columns(ReduceArguments<Reducer, In> at) {
  using State = typename Reducer::State;
  LAMINET_SHARED(State, shared, kReduceThreads * 4);
  if (at.sizes.vectors) {
    reduce_columns_of<4>(at, shared);
  } else {
    reduce_columns_of<1>(at, shared);
  }
}

#define LAMINET_REDUCE(Reducer, In) reduce_rows<Reducer, In>, reduce_columns<Reducer, In>
// Elements of T, and the partial results of them.
#define LAMINET_REDUCE_BOTH(Reducer, T) LAMINET_REDUCE(Reducer<T>, T), LAMINET_REDUCE(Reducer<T>, Reducer<T>::State)
LAMINET_KERNELS(LAMINET_REDUCE(Totals<float>, float), LAMINET_REDUCE(Totals<double>, double), LAMINET_REDUCE(Totals<int32_t>, int32_t),
                LAMINET_REDUCE_BOTH(Totals, uint8_t), LAMINET_REDUCE_BOTH(Totals, __nv_bfloat16), LAMINET_REDUCE_BOTH(Totals, __half))
LAMINET_KERNELS(LAMINET_REDUCE(Extremes<float>, float), LAMINET_REDUCE(Extremes<double>, double),
                LAMINET_REDUCE(Extremes<int32_t>, int32_t), LAMINET_REDUCE_BOTH(Extremes, uint8_t),
                LAMINET_REDUCE_BOTH(Extremes, __nv_bfloat16), LAMINET_REDUCE_BOTH(Extremes, __half))
LAMINET_KERNELS(LAMINET_REDUCE_BOTH(ArgExtremes, float), LAMINET_REDUCE_BOTH(ArgExtremes, double),
                LAMINET_REDUCE_BOTH(ArgExtremes, int32_t), LAMINET_REDUCE_BOTH(ArgExtremes, uint8_t),
                LAMINET_REDUCE_BOTH(ArgExtremes, __nv_bfloat16), LAMINET_REDUCE_BOTH(ArgExtremes, __half))

}  // namespace laminet::cuda
