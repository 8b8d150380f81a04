// How much memory the steps of a slice may touch.
#pragma once

#include <unistd.h>

#include <cstddef>

namespace laminet::cpu {

// Three quarters of a core's second-level cache: the rest is for what the kernels keep for themselves.
inline size_t cache_budget() {
  static const size_t budget = [] {
    const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return static_cast<size_t>(bytes > 0 ? bytes : 1 << 20) / 4 * 3;
  }();
  return budget;
}

}  // namespace laminet::cpu
