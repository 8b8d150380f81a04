#include "pointwise_tiles.h"

#include "pointwise_loop.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

template <typename T>
void copy_run(int64_t count, const T* source, int64_t stride, T* destination) {
  if (stride == 0) {
    const T value = *source;
    for (int64_t i = 0; i < count; ++i) destination[i] = value;
  } else if (stride == 1) {
    for (int64_t i = 0; i < count; ++i) destination[i] = source[i];
  } else {
    for (int64_t i = 0; i < count; ++i) destination[i] = source[i * stride];
  }
}

template <typename T>
void expand(const TilePattern& pattern, int64_t start, int64_t count, const T* source, T* destination) {
  int64_t index[TilePattern::kRank] = {};
  const int last = pattern.rank - 1;
  for (int axis = last; axis >= 0; --axis) {
    index[axis] = start % pattern.extents[axis];
    start /= pattern.extents[axis];
    source += index[axis] * pattern.strides[axis];
  }
  while (count > 0) {
    const int64_t left = pattern.extents[last] - index[last], run = left < count ? left : count;
    copy_run(run, source, pattern.strides[last], destination);
    destination += run;
    count -= run;
    source -= index[last] * pattern.strides[last];
    index[last] = 0;
    for (int axis = last - 1; axis >= 0; --axis) {
      source += pattern.strides[axis];
      if (++index[axis] < pattern.extents[axis]) break;
      source -= pattern.extents[axis] * pattern.strides[axis];
      index[axis] = 0;
    }
  }
}

TileFunction find_formula(Pointwise code, DType operand) {
  const auto index = static_cast<size_t>(code);
  switch (operand) {
    case DType::f32: return formulas_f32[index];
    case DType::f64: return formulas_f64[index];
    case DType::i32: return formulas_i32[index];
    default: return formulas_u8[index];
  }
}

}  // namespace

void expand_tile(const TilePattern& pattern, size_t element_bytes, int64_t start, int64_t count, const void* source,
                 void* destination) {
  switch (element_bytes) {
    case 1: return expand(pattern, start, count, static_cast<const uint8_t*>(source), static_cast<uint8_t*>(destination));
    case 4: return expand(pattern, start, count, static_cast<const uint32_t*>(source), static_cast<uint32_t*>(destination));
    default: return expand(pattern, start, count, static_cast<const uint64_t*>(source), static_cast<uint64_t*>(destination));
  }
}

extern const PointwiseTiles pointwise_table;
const PointwiseTiles pointwise_table = {find_formula, find_cast, find_random, expand_tile};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
