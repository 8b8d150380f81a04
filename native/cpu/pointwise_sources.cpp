#include "pointwise_sources.h"

#include <algorithm>
#include <cstring>

namespace laminet::cpu {
namespace {

// Calls body(plain index, stride, length) for runs of elements along the last axis, in order.
template <typename Body>
void for_each_run(const TileElements& elements, const Body& body) {
  const TilePattern& pattern = elements.logical;
  const int last = pattern.rank - 1;
  int64_t position = elements.start, left = elements.count;
  while (left > 0) {
    int64_t rest = position, logical = elements.base, along = 0;
    for (int axis = last; axis >= 0; --axis) {
      const int64_t coordinate = rest % pattern.extents[axis];
      if (axis == last) along = coordinate;
      logical += coordinate * pattern.strides[axis];
      rest /= pattern.extents[axis];
    }
    const int64_t length = std::min(left, pattern.extents[last] - along);
    body(logical, pattern.strides[last], length);
    position += length;
    left -= length;
  }
}

template <typename T>
void fill_indices(const PointwiseStep& step, const TileElements& elements, T* result) {
  for_each_run(elements, [&](int64_t logical, int64_t stride, int64_t length) {
    for (int64_t i = 0; i < length; ++i) *result++ = static_cast<T>((logical + i * stride) / step.stride % step.extent);
  });
}

// Blocks of the elements of a run, each once while the run goes up by ones.
int64_t count_blocks(int64_t logical, int64_t stride, int64_t length) {
  return stride == 1 ? (logical + length - 1) / 4 - logical / 4 + 1 : length;
}

template <typename T>
void pick_values(const TileElements& elements, const T* values, T* result) {
  for_each_run(elements, [&](int64_t logical, int64_t stride, int64_t length) {
    if (stride == 1) {
      std::memcpy(result, values + logical % 4, static_cast<size_t>(length) * sizeof(T));
    } else {
      for (int64_t i = 0; i < length; ++i) result[i] = values[4 * i + (logical + i * stride) % 4];
    }
    result += length;
    values += 4 * count_blocks(logical, stride, length);
  });
}

}  // namespace

void run_iota(const PointwiseStep& step, const TileElements& elements, void* result) {
  switch (step.dtype) {
    case DType::f32: return fill_indices(step, elements, static_cast<float*>(result));
    case DType::f64: return fill_indices(step, elements, static_cast<double*>(result));
    case DType::i32: return fill_indices(step, elements, static_cast<int32_t*>(result));
    default: return fill_indices(step, elements, static_cast<uint8_t*>(result));
  }
}

// A block a lane at worst, of four values of at most eight bytes.
size_t random_scratch_bytes(int64_t tile) { return static_cast<size_t>(tile) * (sizeof(uint64_t) + 4 * sizeof(double)); }

void run_random(RandomFunction function, const PointwiseStep& step, const int32_t* state, const TileElements& elements, void* scratch,
                void* result) {
  auto* blocks = static_cast<uint64_t*>(scratch);
  int64_t count = 0;
  for_each_run(elements, [&](int64_t logical, int64_t stride, int64_t length) {
    const int64_t run_blocks = count_blocks(logical, stride, length);
    for (int64_t i = 0; i < run_blocks; ++i) {
      blocks[count + i] = static_cast<uint64_t>(stride == 1 ? logical / 4 + i : (logical + i * stride) / 4);
    }
    count += run_blocks;
  });
  // Only runs of whole blocks take so few: then the values are the elements.
  if (4 * count == elements.count) return function(state, step.stream, blocks, count, result, step.a, step.b);
  void* values = blocks + count;
  function(state, step.stream, blocks, count, values, step.a, step.b);
  if (step.dtype == DType::f64) {
    pick_values(elements, static_cast<const double*>(values), static_cast<double*>(result));
  } else {
    pick_values(elements, static_cast<const float*>(values), static_cast<float*>(result));
  }
}

}  // namespace laminet::cpu
