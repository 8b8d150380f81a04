// Launches of copies: fewest axes, widest words, tiles where both sides would not be read and written in lines.
#include "cuda/kernels/copy.cuh"

#include "cuda/kernels/boxes.h"
#include "cuda/kernels/copy.h"
#include "cuda/kernels/launch.h"

namespace laminet::cuda {

namespace {

constexpr int64_t kLeastTiled = 16;  // an axis that fills at least half a tile

// The axes in words; the last one is gone if it is one word long.
View in_words(const View& view, int64_t word) {
  View words{view.axes, view.source_start / word};
  for (ViewAxis& axis : words.axes) {
    axis.source /= word;
    axis.target /= word;
  }
  ViewAxis& run = words.axes.back();
  run = {run.size / word, 1, 1};
  if (run.size == 1) words.axes.pop_back();
  return words;
}

int64_t word_of(const View& view, const void* source, const void* target) {
  int64_t word = common_word(common_word(kMostWordBytes, source), target);
  word = common_word(common_word(word, view.source_start), view.axes.back().size);
  for (size_t i = 0; i + 1 < view.axes.size(); ++i) word = common_word(common_word(word, view.axes[i].source), view.axes[i].target);
  return word;
}

// The axis along which the source runs, where it is another than the target's and tiles pay off; else -1.
int tiled_axis(const std::vector<ViewAxis>& axes) {
  if (axes.size() < 2 || axes.back().target != 1 || axes.back().size < kLeastTiled) return -1;
  for (size_t i = 0; i + 1 < axes.size(); ++i) {
    if (axes[i].source == 1 && axes[i].size >= kLeastTiled) return static_cast<int>(i);
  }
  return -1;
}

int64_t tiles(int64_t size) { return (size + kTransposeTile - 1) / kTransposeTile; }

template <typename Word>
void launch_tiles(const std::vector<ViewAxis>& axes, size_t down, const Word* source, Word* target, cudaStream_t stream) {
  TransposeArguments<Word> arguments{};
  const ViewAxis &inner = axes.back(), &turned = axes[down];
  int64_t blocks = tiles(inner.size) * tiles(turned.size);
  for (size_t i = 0; i + 1 < axes.size(); ++i) {
    if (i == down) continue;
    arguments.outer[arguments.rank] = Divider(axes[i].size);
    arguments.source[arguments.rank] = axes[i].source;
    arguments.target[arguments.rank++] = axes[i].target;
    blocks *= axes[i].size;
  }
  arguments.down = turned.size;
  arguments.across = inner.size;
  arguments.source_step = inner.source;
  arguments.target_step = turned.target;
  arguments.tiles_down = Divider(tiles(turned.size));
  arguments.tiles_across = Divider(tiles(inner.size));
  arguments.from = Global<const Word>(source);
  arguments.to = Global<Word>(target);
  launch("transpose", transpose_tiles<Word>, static_cast<unsigned>(blocks), kTransposeTile * kTransposeLines, stream, arguments);
}

template <typename Word>
void launch_words(const std::vector<ViewAxis>& axes, const Word* source, Word* target, cudaStream_t stream) {
  if (const int down = tiled_axis(axes); down >= 0) return launch_tiles(axes, static_cast<size_t>(down), source, target, stream);
  CopyArguments<Word> arguments{};
  int64_t count = 1;
  for (const ViewAxis& axis : axes) {
    arguments.sizes[arguments.rank] = Divider(axis.size);
    arguments.source[arguments.rank] = axis.source;
    arguments.target[arguments.rank++] = axis.target;
    count *= axis.size;
  }
  arguments.count = static_cast<uint32_t>(count);
  arguments.from = Global<const Word>(source);
  arguments.to = Global<Word>(target);
  launch("copy", copy_view<Word>, grid_for(count), kBlock, stream, arguments);
}

}  // namespace

std::vector<int64_t> dense_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0; stride *= shape[axis]) strides[axis] = stride;
  return strides;
}

View simplified_view(DType dtype, const Shape& target, const std::vector<int64_t>& strides, int64_t start) {
  const auto bytes = static_cast<int64_t>(dtype_bytes(dtype));
  const std::vector<int64_t> dense = dense_strides(target);
  View view{{}, start * bytes};
  const auto append = [&](const ViewAxis& axis) {
    if (axis.size == 1) return;
    ViewAxis* outer = view.axes.empty() ? nullptr : &view.axes.back();
    if (outer != nullptr && outer->source == axis.source * axis.size && outer->target == axis.target * axis.size) {
      *outer = {outer->size * axis.size, axis.source, axis.target};
    } else {
      view.axes.push_back(axis);
    }
  };
  for (size_t axis = 0; axis < target.size(); ++axis) append({target[axis], strides[axis] * bytes, dense[axis] * bytes});
  append({bytes, 1, 1});
  if (bytes == 1 && (view.axes.empty() || view.axes.back().source != 1)) view.axes.push_back({1, 1, 1});
  return view;
}

bool copy_supported(const View& view) { return view.axes.size() <= kCopyAxes; }

void launch_copy(const View& view, const void* source, void* target, cudaStream_t stream) {
  const int64_t word = word_of(view, source, target);
  const View words = in_words(view, word);
  std::vector<int64_t> sizes;
  for (const ViewAxis& axis : words.axes) sizes.push_back(axis.size);
  with_word(word, [&]<typename Word>() {
    for_each_box(sizes, kMostIndices, [&](const std::vector<int64_t>& first, const std::vector<int64_t>& size) {
      std::vector<ViewAxis> axes = words.axes;
      int64_t from = words.source_start, to = 0;
      for (size_t i = 0; i < axes.size(); ++i) {
        from += first[i] * axes[i].source;
        to += first[i] * axes[i].target;
        axes[i].size = size[i];
      }
      launch_words<Word>(axes, static_cast<const Word*>(source) + from, static_cast<Word*>(target) + to, stream);
    });
  });
}

}  // namespace laminet::cuda
