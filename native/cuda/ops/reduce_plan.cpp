#include "reduce_plan.h"

#include <algorithm>
#include <bit>

namespace laminet::cuda {
namespace {

// A thread adds at most about this many numbers one after the other: rounding errors grow with them, less so in the tree above.
constexpr int64_t kLongestSum = 128;
constexpr int64_t kShortestSum = 16;  // of chunks that are made for the sake of more blocks
constexpr int64_t kEnoughBlocks = 512;

int64_t ceiling(int64_t dividend, int64_t divisor) { return (dividend + divisor - 1) / divisor; }

// Neighbouring axes that are all reduced or all kept.
struct Span {
  int64_t size;
  bool reduced;
};

std::vector<Span> spans_of(const Shape& shape, const std::vector<int64_t>& axes) {
  std::vector<Span> spans;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1) continue;
    const bool reduced = std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end();
    if (!spans.empty() && spans.back().reduced == reduced) spans.back().size *= shape[axis];
    else spans.push_back({shape[axis], reduced});
  }
  return spans;
}

void plan_rows(ReduceSizes& sizes) {
  sizes.rows = true;
  sizes.width = sizes.reduced <= 64 ? 8 : sizes.reduced <= 512 ? 32 : kReduceThreads;
  const int64_t longest = (sizes.outer >= kEnoughBlocks ? kLongestSum / 2 : kShortestSum / 4) * 4 * kReduceThreads;
  if (sizes.reduced > longest) {
    sizes.chunk = longest;
    sizes.chunks = ceiling(sizes.reduced, longest);
  }
  sizes.vectors = sizes.outer == 1 || sizes.reduced % 4 == 0;
}

void plan_columns(ReduceSizes& sizes) {
  sizes.vectors = sizes.inner % 4 == 0;
  const int64_t vectors = sizes.outer * sizes.inner / (sizes.vectors ? 4 : 1);
  const int64_t narrowest = sizes.vectors ? 8 : 32;  // 128 bytes of float32
  const auto width = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(std::min(vectors, narrowest))));
  const auto useful = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(std::max<int64_t>(sizes.reduced / 8, 1))));
  sizes.height = static_cast<int>(std::min(kReduceThreads / width, useful));
  sizes.width = kReduceThreads / sizes.height;
  const int64_t tiles = ceiling(vectors, sizes.width), sum = ceiling(sizes.reduced, sizes.height);
  const int64_t chunks = std::max({ceiling(sum, kLongestSum), std::min(kEnoughBlocks / tiles, sum / kShortestSum), int64_t{1}});
  sizes.chunk = ceiling(sizes.reduced, chunks);
  if (sizes.chunk > 0) sizes.chunks = ceiling(sizes.reduced, sizes.chunk);
}

ReduceSizes plan_pass(int64_t outer, int64_t reduced, int64_t inner) {
  ReduceSizes sizes;
  sizes.outer = outer;
  sizes.reduced = sizes.chunk = reduced;
  sizes.inner = inner;
  if (inner == 1 && reduced > 8) plan_rows(sizes);
  else if (outer * inner > 0) plan_columns(sizes);
  return sizes;
}

int64_t product(const std::vector<Span>& spans, size_t begin, size_t end) {
  int64_t count = 1;
  for (size_t i = begin; i < end; ++i) count *= spans[i].size;
  return count;
}

}  // namespace

std::vector<ReduceSizes> plan_reduction(const Shape& shape, const std::vector<int64_t>& axes) {
  std::vector<Span> spans = spans_of(shape, axes);
  const bool any_result = std::all_of(spans.begin(), spans.end(), [](const Span& span) { return span.reduced || span.size > 0; });
  if (!any_result) return {};
  const auto is_reduced = [](const Span& span) { return span.reduced; };
  if (std::none_of(spans.begin(), spans.end(), is_reduced)) spans.insert(spans.begin(), {1, true});
  std::vector<ReduceSizes> passes;
  for (size_t i = spans.size(); i-- > 0;) {  // what lies behind has been reduced already
    if (!spans[i].reduced) continue;
    do {
      const int64_t inner = i + 1 < spans.size() ? product(spans, i + 1, spans.size()) : 1;
      passes.push_back(plan_pass(product(spans, 0, i), spans[i].size, inner));
      spans[i].size = passes.back().chunks;
    } while (spans[i].size > 1);
  }
  for (size_t pass = 0; pass < passes.size(); ++pass) {
    passes[pass].from_partials = pass > 0;
    passes[pass].to_partials = pass + 1 < passes.size();
  }
  return passes;
}

}  // namespace laminet::cuda
