// Launches of concat: the widest words that all rows consist of, as many sources and rows at once as a launch takes.
#include "cuda/kernels/concat.cuh"

#include "cuda/kernels/concat.h"
#include "cuda/kernels/launch.h"

namespace laminet::cuda {

namespace {

template <typename Word>
void launch_words(const Concat& concat, const std::vector<const void*>& sources, Word* target, cudaStream_t stream) {
  const auto words_of = [&](size_t source) { return concat.row_bytes[source] / static_cast<int64_t>(sizeof(Word)); };
  int64_t row = 0, longest = 1;
  for (size_t i = 0; i < sources.size(); ++i) {
    row += words_of(i);
    longest = std::max(longest, words_of(i));
  }
  const int64_t rows_at_once = kMostIndices / longest;
  int64_t start = 0;
  for (size_t next = 0; next < sources.size();) {
    const int64_t first_start = start;
    const size_t first = next;
    for (int64_t first_row = 0; first_row < concat.outer; first_row += rows_at_once) {
      const int64_t rows = std::min(rows_at_once, concat.outer - first_row);
      ConcatArguments<Word> arguments{row, Global<Word>(target + first_row * row), {}};
      unsigned taken = 0;
      start = first_start;
      for (next = first; next < sources.size() && taken < kConcatSources; ++next) {
        if (words_of(next) == 0) continue;
        arguments.sources[taken++] = {Global<const Word>(static_cast<const Word*>(sources[next]) + first_row * words_of(next)),
                                      Divider(words_of(next)), static_cast<uint32_t>(rows * words_of(next)), start};
        start += words_of(next);
      }
      if (taken > 0) launch("concat", concat_rows<Word>, dim3(grid_for(rows * longest), taken), kBlock, stream, arguments);
    }
  }
}

}  // namespace

bool concat_supported(const Concat& concat) {
  return std::all_of(concat.row_bytes.begin(), concat.row_bytes.end(), [](int64_t bytes) { return bytes <= kMostIndices; });
}

void launch_concat(const Concat& concat, const std::vector<const void*>& sources, void* target, cudaStream_t stream) {
  if (concat.outer == 0) return;
  int64_t word = common_word(kMostWordBytes, target);
  for (size_t i = 0; i < sources.size(); ++i) {
    if (concat.row_bytes[i] > 0) word = common_word(common_word(word, sources[i]), concat.row_bytes[i]);
  }
  with_word(word, [&]<typename Word>() { launch_words<Word>(concat, sources, static_cast<Word*>(target), stream); });
}

}  // namespace laminet::cuda
