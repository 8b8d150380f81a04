// Launches of the kernels of pooling: counts, and the choice of a kernel by type and alignment.
#pragma once

#include "cuda/kernels/float_types.h"
#include "cuda/kernels/launch.h"
#include "cuda/kernels/pool2d.h"
#include "cuda/kernels/pool_places.h"
#include "cuda/kernels/vectors.h"

namespace laminet::cuda {

enum class PoolSide { image, output };

inline PoolAxis pool_axis(const WindowAxis& axis) {
  return {static_cast<int>(axis.input),  static_cast<int>(axis.window), static_cast<int>(axis.stride),
          static_cast<int>(axis.before), static_cast<int>(axis.output), Divider(axis.stride)};
}

inline int64_t pool_cells(const Pool2d& pool, PoolSide side) {
  const WindowAxis &rows = pool.window.rows, &columns = pool.window.columns;
  return side == PoolSide::image ? rows.input * columns.input : rows.output * columns.output;
}

struct PoolMemory {
  const void *x, *y, *dy;
  void* to;
};

template <typename T>
Global<const T> moved_by(const void* base, int64_t elements) {
  return Global<const T>(base == nullptr ? nullptr : static_cast<const T*>(base) + elements);
}

// Launches over the vectors of one side, so many images at once as 32 bits can count.
template <typename T, int V>
void launch_pooling(const char* name, void (*kernel)(PoolArguments<T>), const Pool2d& pool, PoolSide side, const PoolMemory& at,
                    cudaStream_t stream) {
  const WindowAxis &rows = pool.window.rows, &columns = pool.window.columns;
  const int64_t image = pool_cells(pool, PoolSide::image) * pool.channels, output = pool_cells(pool, PoolSide::output) * pool.channels;
  const int64_t walked = side == PoolSide::image ? image : output;
  if (walked == 0) return;
  const int64_t at_once = kMostIndices / (walked / V);
  for (int64_t first = 0; first < pool.images; first += at_once) {
    const int64_t count = std::min(at_once, pool.images - first) * (walked / V);
    launch<PoolArguments<T>>(name, kernel, grid_for(count), kBlock, stream,
                             {pool_axis(rows), pool_axis(columns), Divider(side == PoolSide::image ? rows.input : rows.output),
                              Divider(side == PoolSide::image ? columns.input : columns.output), Divider(pool.channels / V),
                              static_cast<uint32_t>(count), pool.channels / V, moved_by<T>(at.x, first * image),
                              moved_by<T>(at.y, first * output), moved_by<T>(at.dy, first * output),
                              Global<T>(static_cast<T*>(at.to) + first * walked)});
  }
}

// body.operator()<T, V>() for the type of a pooling, with vectors where the memory allows them.
template <typename Body>
void with_pool_type(const Pool2d& pool, const PoolMemory& at, const Body& body) {
  with_float_type("pool2d", pool.dtype, [&]<typename T>() {
    if (moves_vectors<T>(pool.channels, {at.x, at.y, at.dy, at.to})) {
      body.template operator()<T, kVector<T>>();
    } else {
      body.template operator()<T, 1>();
    }
  });
}

}  // namespace laminet::cuda
