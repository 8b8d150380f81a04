// Copies between strided views: what transpose, slice, pad, reverse and broadcast have in common.
#pragma once

#include "reference/strides.h"

namespace laminet::reference {

// target[sum(index * target_strides)] = source[sum(index * source_strides)] for every index of `shape`.
template <typename T>
void copy_view(const Shape& shape, const T* source, const Strides& source_strides, T* target, const Strides& target_strides) {
  const int64_t length = row_length(shape), from = row_stride(source_strides), to = row_stride(target_strides);
  for_each_row<2>(shape, {&source_strides, &target_strides}, [&](const std::array<int64_t, 2>& offsets) {
    const T* source_row = source + offsets[0];
    T* target_row = target + offsets[1];
    for (int64_t i = 0; i < length; ++i) target_row[i * to] = source_row[i * from];
  });
}

}  // namespace laminet::reference
