// How much memory the steps of a slice may touch.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace laminet::cpu {

// Three quarters of a core's second-level cache: the rest is for what the kernels keep for themselves.
inline size_t cache_budget() {
  static const size_t budget = [] {
    const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return static_cast<size_t>(bytes > 0 ? bytes : 1 << 20) / 4 * 3;
  }();
  return budget;
}

// Of a batch, how many images to run at a time: as many as fit beside the weights, where they are more than the weights, which each slice
// reads again. 0: the batch is better left whole.
inline int64_t slice_images(int64_t batch, size_t image_bytes, size_t whole_bytes) {
  if (whole_bytes >= cache_budget() || image_bytes == 0) return 0;
  const auto images = static_cast<int64_t>((cache_budget() - whole_bytes) / image_bytes);
  return static_cast<size_t>(images) * image_bytes >= 2 * whole_bytes ? (images < batch ? images : batch) : 0;
}

}  // namespace laminet::cpu
