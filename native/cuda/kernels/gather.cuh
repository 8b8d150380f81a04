// Kernels of gather and scatter_add.
#pragma once

#include "cuda/kernels/divide.h"
#include "cuda/kernels/words.h"

namespace laminet::cuda {

template <typename Word>
struct GatherArguments {
  uint32_t count;
  Divider inner, picked;  // inner in words
  int64_t size;
  Global<const int32_t> indices;
  Global<const Word> from;
  Global<Word> to;
};

__device__ inline int64_t nearest_inside(int32_t index, int64_t size) { return index < 0 ? 0 : (index < size ? index : size - 1); }

template <typename Word>
__global__ void __launch_bounds__(256) gather_words(GatherArguments<Word> a) {
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    auto outer = static_cast<uint32_t>(index);
    const uint32_t word = take_digit(a.inner, outer), pick = take_digit(a.picked, outer);
    const int64_t row = static_cast<int64_t>(outer) * a.size + nearest_inside(a.indices[pick], a.size);
    a.to[index] = a.from[row * a.inner.divisor + word];
  }
}

inline constexpr int kWarpThreads = 32;
inline constexpr int kIndicesAtOnce = 4;  // a lane reads this many before it looks at the first

template <typename T>
struct ScatterArguments {
  int64_t tasks;  // of a warp: outer * size * chunks
  int64_t size, inner, picked;
  int64_t chunks;  // of the inner axis
  Global<const int32_t> indices;
  Global<const T> updates;
  Global<T> to;
};

// A warp makes `kWarpThreads` vectors of V numbers of one row.
template <typename T, int V>
__global__ void __launch_bounds__(256) scatter_add_rows(ScatterArguments<T> a) {
  const int lane = static_cast<int>(threadIdx.x) % kWarpThreads;
  for (int64_t task = global_thread() / kWarpThreads; task < a.tasks; task += global_threads() / kWarpThreads) {
    const int64_t whole_row = task / a.chunks, column = ((task - whole_row * a.chunks) * kWarpThreads + lane) * V;
    const int64_t outer = whole_row / a.size, row = whole_row - outer * a.size;
    Accumulator<T> sum[V] = {};
    for (int64_t first = 0; first < a.picked; first += kWarpThreads * kIndicesAtOnce) {
      int64_t rows[kIndicesAtOnce];
#pragma unroll
      for (int k = 0; k < kIndicesAtOnce; ++k) {
        const int64_t pick = first + k * kWarpThreads + lane;
        rows[k] = pick < a.picked ? nearest_inside(a.indices[pick], a.size) : -1;
      }
#pragma unroll
      for (int k = 0; k < kIndicesAtOnce; ++k) {
        for (unsigned mine = __ballot_sync(0xffffffffU, rows[k] == row); mine != 0; mine &= mine - 1) {
          if (column >= a.inner) continue;
          const int64_t pick = first + k * kWarpThreads + __ffs(static_cast<int>(mine)) - 1;
          const Vector<T, V> update = a.updates.template load<V>((outer * a.picked + pick) * a.inner + column);
#pragma unroll
          for (int v = 0; v < V; ++v) sum[v] += widen(update.lane[v]);
        }
      }
    }
    if (column >= a.inner) continue;
    Vector<T, V> result;
#pragma unroll
    for (int v = 0; v < V; ++v) result.lane[v] = narrow<T>(sum[v]);
    a.to.template store<V>(whole_row * a.inner + column, result);
  }
}

LAMINET_KERNELS(LAMINET_FOR_WORDS(gather_words), scatter_add_rows<float, 1>, scatter_add_rows<float, 4>, scatter_add_rows<double, 1>,
                scatter_add_rows<double, 2>, scatter_add_rows<__nv_bfloat16, 1>, scatter_add_rows<__nv_bfloat16, 8>,
                scatter_add_rows<__half, 1>, scatter_add_rows<__half, 8>)

}  // namespace laminet::cuda
