// Kernels of pad and mirror_pad: each word of the result looks up where it comes from.
#pragma once

#include "cuda/kernels/divide.h"
#include "cuda/kernels/words.h"

namespace laminet::cuda {

inline constexpr int kPadAxes = 6;

// Sizes and strides in words, from the outermost axis to the innermost.
template <typename Word>
struct PadArguments {
  int rank;
  uint32_t count;
  Divider results[kPadAxes];
  int64_t sizes[kPadAxes];  // of the source
  int64_t before[kPadAxes], steps[kPadAxes], strides[kPadAxes];
  Word value;
  Global<const Word> from;
  Global<Word> to;
};

template <typename Word>
__global__ void __launch_bounds__(256) pad_words(PadArguments<Word> a) {
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    auto rest = static_cast<uint32_t>(index);
    int64_t source = 0;
    bool inside = true;
#pragma unroll
    for (int axis = kPadAxes - 1; axis >= 0; --axis) {
      if (axis >= a.rank) continue;
      int64_t cell = static_cast<int64_t>(take_digit(a.results[axis], rest)) - a.before[axis];
      if (a.steps[axis] != 1) {
        const int64_t step = a.steps[axis], whole = cell / step;
        inside = inside && whole * step == cell;
        cell = whole;
      }
      inside = inside && cell >= 0 && cell < a.sizes[axis];
      source += cell * a.strides[axis];
    }
    if (inside) {
      a.to[index] = a.from[source];
    } else {
      a.to[index] = a.value;
    }
  }
}

// Pads are narrower than the source, so that a cell bounces once at most.
template <typename Word>
__global__ void __launch_bounds__(256) mirror_pad_words(PadArguments<Word> a) {
  for (int64_t index = global_thread(); index < a.count; index += global_threads()) {
    auto rest = static_cast<uint32_t>(index);
    int64_t source = 0;
#pragma unroll
    for (int axis = kPadAxes - 1; axis >= 0; --axis) {
      if (axis >= a.rank) continue;
      int64_t cell = static_cast<int64_t>(take_digit(a.results[axis], rest)) - a.before[axis];
      if (cell < 0) cell = -cell;
      if (cell >= a.sizes[axis]) cell = 2 * (a.sizes[axis] - 1) - cell;
      source += cell * a.strides[axis];
    }
    a.to[index] = a.from[source];
  }
}

LAMINET_KERNELS(LAMINET_FOR_WORDS(pad_words), LAMINET_FOR_WORDS(mirror_pad_words))

}  // namespace laminet::cuda
