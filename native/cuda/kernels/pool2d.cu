// Launches of pooling, and the choice of a kernel by type, alignment and overlap.
#include "cuda/kernels/pool2d.cuh"

#include "cuda/kernels/float_types.h"
#include "cuda/kernels/launch.h"
#include "cuda/kernels/pool2d.h"
#include "cuda/kernels/vectors.h"

namespace laminet::cuda {

namespace {

enum class Side { image, output };

PoolAxis axis_of(const WindowAxis& axis) {
  return {static_cast<int>(axis.input),  static_cast<int>(axis.window), static_cast<int>(axis.stride),
          static_cast<int>(axis.before), static_cast<int>(axis.output), Divider(axis.stride)};
}

int64_t cells(const Pool2d& pool, Side side) {
  const WindowAxis &rows = pool.window.rows, &columns = pool.window.columns;
  return side == Side::image ? rows.input * columns.input : rows.output * columns.output;
}

struct PoolMemory {
  const void *x, *y, *dy;
  void* to;
};

template <typename T>
Global<const T> moved(const void* base, int64_t elements) {
  return Global<const T>(base == nullptr ? nullptr : static_cast<const T*>(base) + elements);
}

// Launches over the vectors of one side, so many images at once as 32 bits can count.
template <typename T, int V>
void launch_over(const char* name, void (*kernel)(PoolArguments<T>), const Pool2d& pool, Side side, const PoolMemory& at,
                 cudaStream_t stream) {
  const WindowAxis &rows = pool.window.rows, &columns = pool.window.columns;
  const int64_t image = cells(pool, Side::image) * pool.channels, output = cells(pool, Side::output) * pool.channels;
  const int64_t walked = side == Side::image ? image : output;
  if (walked == 0) return;
  const int64_t at_once = kMostIndices / (walked / V);
  for (int64_t first = 0; first < pool.images; first += at_once) {
    const int64_t count = std::min(at_once, pool.images - first) * (walked / V);
    launch<PoolArguments<T>>(name, kernel, grid_for(count), kBlock, stream,
                             {axis_of(rows), axis_of(columns), Divider(side == Side::image ? rows.input : rows.output),
                              Divider(side == Side::image ? columns.input : columns.output), Divider(pool.channels / V),
                              static_cast<uint32_t>(count), pool.channels / V, moved<T>(at.x, first * image),
                              moved<T>(at.y, first * output), moved<T>(at.dy, first * output),
                              Global<T>(static_cast<T*>(at.to) + first * walked)});
  }
}

// body.operator()<T, V>() for the type of a pooling, with vectors where the memory allows them.
template <typename Body>
void with_type(const Pool2d& pool, const PoolMemory& at, const Body& body) {
  with_float_type("pool2d", pool.dtype, [&]<typename T>() {
    if (moves_vectors<T>(pool.channels, {at.x, at.y, at.dy, at.to})) {
      body.template operator()<T, kVector<T>>();
    } else {
      body.template operator()<T, 1>();
    }
  });
}

bool overlaps(const WindowAxis& axis) { return axis.window > axis.stride; }

bool countable(const WindowAxis& axis) {
  return axis.input + axis.before + axis.after + axis.window + axis.stride <= kMostIndices && axis.stride * axis.output <= kMostIndices;
}

}  // namespace

bool pool2d_supported(const Pool2d& pool) {
  const int64_t largest = std::max(cells(pool, Side::image), cells(pool, Side::output));
  return countable(pool.window.rows) && countable(pool.window.columns) && largest * pool.channels <= kMostIndices;
}

void launch_max_pool2d(const Pool2d& pool, const void* x, void* y, cudaStream_t stream) {
  const PoolMemory at{x, nullptr, nullptr, y};
  with_type(pool, at, [&]<typename T, int V>() { launch_over<T, V>("max_pool2d", max_pool2d<T, V>, pool, Side::output, at, stream); });
}

void launch_max_pool2d_backward(const Pool2d& pool, const void* x, const void* y, const void* dy, void* dx, cudaStream_t stream) {
  const PoolMemory at{x, y, dy, dx};
  const bool gathers = overlaps(pool.window.rows) || overlaps(pool.window.columns) || cells(pool, Side::output) == 0;
  with_type(pool, at, [&]<typename T, int V>() {
    if (gathers) {
      launch_over<T, V>("max_pool2d_backward", max_pool2d_gather<T, V>, pool, Side::image, at, stream);
    } else {
      launch_over<T, V>("max_pool2d_backward", max_pool2d_spread<T, V>, pool, Side::output, at, stream);
    }
  });
}

void launch_avg_pool2d(const Pool2d& pool, const void* x, void* y, cudaStream_t stream) {
  const PoolMemory at{x, nullptr, nullptr, y};
  with_type(pool, at, [&]<typename T, int V>() { launch_over<T, V>("avg_pool2d", avg_pool2d<T, V>, pool, Side::output, at, stream); });
}

void launch_avg_pool2d_backward(const Pool2d& pool, const void* dy, void* dx, cudaStream_t stream) {
  const PoolMemory at{nullptr, nullptr, dy, dx};
  with_type(pool, at, [&]<typename T, int V>() {
    launch_over<T, V>("avg_pool2d_backward", avg_pool2d_gather<T, V>, pool, Side::image, at, stream);
  });
}

}  // namespace laminet::cuda
