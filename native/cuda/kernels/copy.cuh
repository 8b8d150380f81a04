// Kernels of copies between strided views: one word a thread, or tiles that turn in shared memory where source and target run along
// different axes, so that both are read and written in whole lines.
#pragma once

#include "cuda/kernels/divide.h"
#include "cuda/kernels/words.h"

namespace laminet::cuda {

inline constexpr int kCopyAxes = 8;

// Sizes and strides in words, from the outermost axis to the innermost.
template <typename Word>
struct CopyArguments {
  int rank;
  uint32_t count;
  Divider sizes[kCopyAxes];
  int64_t source[kCopyAxes], target[kCopyAxes];
  Global<const Word> from;
  Global<Word> to;
};

template <typename Word>
__global__ void __launch_bounds__(256) copy_view(CopyArguments<Word> a) {
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    auto rest = static_cast<uint32_t>(index);
    int64_t source = 0, target = 0;
#pragma unroll
    for (int axis = kCopyAxes - 1; axis >= 0; --axis) {
      if (axis >= a.rank) continue;
      const auto digit = static_cast<int64_t>(take_digit(a.sizes[axis], rest));
      source += digit * a.source[axis];
      target += digit * a.target[axis];
    }
    a.to[target] = a.from[source];
  }
}

inline constexpr int kTransposeTile = 32;
inline constexpr int kTransposeLines = 8;  // that a block of 256 threads moves at once

// The source runs along `down`, the target along `across`; `outer` are the other axes.
template <typename Word>
struct TransposeArguments {
  int rank;  // of the outer axes
  int64_t down, across;
  int64_t source_step, target_step;  // of `across` in the source, of `down` in the target
  Divider tiles_down, tiles_across;
  Divider outer[kCopyAxes];
  int64_t source[kCopyAxes], target[kCopyAxes];
  Global<const Word> from;
  Global<Word> to;
};

template <typename Word>
__global__ void __launch_bounds__(kTransposeTile* kTransposeLines) transpose_tiles(TransposeArguments<Word> a) {
  LAMINET_SHARED(Word, tile, kTransposeTile * (kTransposeTile + 1));  // a column more than it holds: lines begin at different banks
  uint32_t rest = blockIdx.x;
  const int64_t across = static_cast<int64_t>(take_digit(a.tiles_across, rest)) * kTransposeTile;
  const int64_t down = static_cast<int64_t>(take_digit(a.tiles_down, rest)) * kTransposeTile;
  int64_t source = across * a.source_step + down, target = across + down * a.target_step;
#pragma unroll
  for (int axis = kCopyAxes - 1; axis >= 0; --axis) {
    if (axis >= a.rank) continue;
    const auto digit = static_cast<int64_t>(take_digit(a.outer[axis], rest));
    source += digit * a.source[axis];
    target += digit * a.target[axis];
  }
  const int lane = static_cast<int>(threadIdx.x) % kTransposeTile, line = static_cast<int>(threadIdx.x) / kTransposeTile;
  for (int i = line; i < kTransposeTile; i += kTransposeLines) {
    if (down + lane < a.down && across + i < a.across) tile[i * (kTransposeTile + 1) + lane] = a.from[source + i * a.source_step + lane];
  }
  __syncthreads();
  for (int i = line; i < kTransposeTile; i += kTransposeLines) {
    if (across + lane < a.across && down + i < a.down) a.to[target + i * a.target_step + lane] = tile[lane * (kTransposeTile + 1) + i];
  }
}

LAMINET_KERNELS(LAMINET_FOR_WORDS(copy_view), LAMINET_FOR_WORDS(transpose_tiles))

}  // namespace laminet::cuda
