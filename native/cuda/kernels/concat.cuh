// The kernel of concat: a line of blocks for every source.
#pragma once

#include "cuda/kernels/divide.h"
#include "cuda/kernels/words.h"

namespace laminet::cuda {

inline constexpr int kConcatSources = 16;

template <typename Word>
struct ConcatSource {
  Global<const Word> from;
  Divider row;      // words of its rows
  uint32_t count;   // of its words
  int64_t start;    // where its rows begin in those of the target
};

template <typename Word>
struct ConcatArguments {
  int64_t row;  // words of the target's rows
  Global<Word> to;
  ConcatSource<Word> sources[kConcatSources];
};

template <typename Word>
__global__ void __launch_bounds__(256) concat_rows(ConcatArguments<Word> a) {
  const ConcatSource<Word>& source = a.sources[blockIdx.y];
  for (int64_t index = global_thread(); index < source.count; index += global_threads()) {
    auto row = static_cast<uint32_t>(index);
    const uint32_t word = take_digit(source.row, row);
    a.to[static_cast<int64_t>(row) * a.row + source.start + word] = source.from[index];
  }
}

LAMINET_KERNELS(LAMINET_FOR_WORDS(concat_rows))

}  // namespace laminet::cuda
