// Launches of pad and mirror_pad: fewest axes, widest words.
#include "cuda/kernels/pad.cuh"

#include <cstring>

#include "cuda/kernels/boxes.h"
#include "cuda/kernels/launch.h"
#include "cuda/kernels/pad.h"

namespace laminet::cuda {

namespace {

bool is_plain(const PadAxis& axis) { return axis.before == 0 && axis.step == 1 && axis.source == axis.result; }

template <typename Word>
void launch_words(const Pad& pad, const Word* source, Word* result, cudaStream_t stream) {
  std::vector<PadAxis> axes = pad.axes;
  for (int64_t* bytes : {&axes.back().source, &axes.back().result, &axes.back().before}) *bytes /= static_cast<int64_t>(sizeof(Word));
  PadArguments<Word> arguments{};
  std::memcpy(&arguments.value, pad.value.data(), sizeof(Word));
  arguments.rank = static_cast<int>(axes.size());
  arguments.from = Global<const Word>(source);
  std::vector<int64_t> sizes(axes.size()), result_strides(axes.size());
  for (size_t i = axes.size(), stride = 1, result_stride = 1; i-- > 0;) {
    arguments.sizes[i] = axes[i].source;
    arguments.steps[i] = axes[i].step;
    arguments.strides[i] = static_cast<int64_t>(stride);
    sizes[i] = axes[i].result;
    result_strides[i] = static_cast<int64_t>(result_stride);
    stride *= static_cast<size_t>(axes[i].source);
    result_stride *= static_cast<size_t>(axes[i].result);
  }
  for_each_box(sizes, kMostIndices, [&](const std::vector<int64_t>& first, const std::vector<int64_t>& size) {
    int64_t count = 1, start = 0;
    for (size_t i = 0; i < axes.size(); ++i) {
      arguments.results[i] = Divider(size[i]);
      arguments.before[i] = axes[i].before - first[i];
      count *= size[i];
      start += first[i] * result_strides[i];
    }
    arguments.count = static_cast<uint32_t>(count);
    arguments.to = Global<Word>(result + start);
    if (pad.mirrors) {
      launch("mirror_pad", mirror_pad_words<Word>, grid_for(count), kBlock, stream, arguments);
    } else {
      launch("pad", pad_words<Word>, grid_for(count), kBlock, stream, arguments);
    }
  });
}

}  // namespace

Pad simplified_pad(DType dtype, const std::vector<PadAxis>& axes, bool mirrors, const void* value) {
  const size_t bytes = dtype_bytes(dtype);
  Pad pad{{}, mirrors, {}};
  for (size_t i = 0; i < pad.value.size(); i += bytes) std::memcpy(pad.value.data() + i, value, bytes);
  const auto append = [&](const PadAxis& axis) {
    PadAxis* outer = pad.axes.empty() ? nullptr : &pad.axes.back();
    // A reflected axis does not take in the next one, whose cells keep their order.
    if (outer != nullptr && is_plain(axis) && (is_plain(*outer) || (!mirrors && outer->step == 1))) {
      *outer = {outer->source * axis.source, outer->result * axis.result, outer->before * axis.result, 1};
    } else {
      pad.axes.push_back(axis);
    }
  };
  for (const PadAxis& axis : axes) append(axis);
  append({static_cast<int64_t>(bytes), static_cast<int64_t>(bytes)});
  return pad;
}

bool pad_supported(const Pad& pad) { return pad.axes.size() <= kPadAxes; }

void launch_pad(const Pad& pad, const void* source, void* result, cudaStream_t stream) {
  int64_t word = common_word(common_word(kMostWordBytes, source), result);
  word = common_word(common_word(common_word(word, pad.axes.back().source), pad.axes.back().result), pad.axes.back().before);
  with_word(word, [&]<typename Word>() { launch_words<Word>(pad, static_cast<const Word*>(source), static_cast<Word*>(result), stream); });
}

}  // namespace laminet::cuda
