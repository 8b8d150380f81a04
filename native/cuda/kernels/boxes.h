// Cutting work that is larger than a kernel can count to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace laminet::cuda {

// Calls body(first, size) for boxes of at most `limit` cells (at least 1) that together are the box of these sizes: `first` is the index of
// a part's first cell, `size` its size on each axis. Memory runs along the last axis, so that parts are cut as far in front as possible.
template <typename Body>
void for_each_box(const std::vector<int64_t>& sizes, int64_t limit, const Body& body) {
  int64_t inner = 1;
  size_t cut = sizes.size();  // the axis that is cut; those before it are walked one by one
  while (cut > 0 && inner * sizes[cut - 1] <= limit) inner *= sizes[--cut];
  if (inner == 0 || std::find(sizes.begin(), sizes.end(), 0) != sizes.end()) return;
  std::vector<int64_t> first(sizes.size(), 0), size = sizes;
  if (cut == 0) return body(first, size);
  const size_t axis = cut - 1;
  std::fill(size.begin(), size.begin() + static_cast<int64_t>(axis), 1);
  for (;;) {
    for (first[axis] = 0; first[axis] < sizes[axis]; first[axis] += size[axis]) {
      size[axis] = std::min(limit / inner, sizes[axis] - first[axis]);
      body(first, size);
    }
    size_t outer = axis;
    while (outer > 0 && ++first[outer - 1] == sizes[outer - 1]) first[--outer] = 0;
    if (outer == 0) return;
  }
}

}  // namespace laminet::cuda
