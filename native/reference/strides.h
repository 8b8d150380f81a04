// Walks over strided views of contiguous tensors.
#pragma once

#include <array>

#include "runtime/program.h"

namespace laminet::reference {

using Strides = std::vector<int64_t>;  // in elements

inline Strides row_major_strides(const Shape& shape) {
  Strides strides(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

// Strides that read an operand as if it had the result's shape (NumPy's broadcasting): zero where it is repeated.
inline Strides broadcast_strides(const Shape& operand, const Shape& result) {
  const Strides own = row_major_strides(operand);
  const size_t missing = result.size() - operand.size();
  Strides strides(result.size(), 0);
  for (size_t axis = 0; axis < operand.size(); ++axis) strides[missing + axis] = operand[axis] == 1 ? 0 : own[axis];
  return strides;
}

// Product of shape[begin..end).
inline int64_t span_count(const Shape& shape, size_t begin, size_t end) {
  int64_t count = 1;
  for (size_t axis = begin; axis < end; ++axis) count *= shape[axis];
  return count;
}

// Calls body(offsets) for every index of `shape` but the last axis, in row-major order; offsets[i] belongs to views[i] and is
// where that view's row starts. The caller walks the row with views[i].back(). A scalar is one row of one element.
template <size_t Views, typename Body>
void for_each_row(const Shape& shape, const std::array<const Strides*, Views>& views, const Body& body) {
  if (element_count(shape) == 0) return;
  std::array<int64_t, Views> offsets{};
  std::vector<int64_t> index(shape.size(), 0);
  for (;;) {
    body(offsets);
    size_t axis = shape.size() < 2 ? 0 : shape.size() - 1;
    for (;;) {
      if (axis-- == 0) return;
      for (size_t view = 0; view < Views; ++view) offsets[view] += (*views[view])[axis];
      if (++index[axis] < shape[axis]) break;
      for (size_t view = 0; view < Views; ++view) offsets[view] -= (*views[view])[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

inline int64_t row_length(const Shape& shape) { return shape.empty() ? 1 : shape.back(); }
inline int64_t row_stride(const Strides& strides) { return strides.empty() ? 0 : strides.back(); }

}  // namespace laminet::reference
