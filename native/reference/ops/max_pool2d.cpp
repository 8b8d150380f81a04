// max_pool2d: the largest cell under each window, padding counts as -infinity, NaN wins.
// max_pool2d_backward: the first such cell of a window, in row-major order, takes its whole gradient.
#include <algorithm>
#include <limits>

#include "reference/call.h"
#include "reference/row.h"
#include "reference/window.h"

namespace laminet::reference {
namespace {

template <typename T>
bool is_nan(T value) {
  return value != value;
}

template <typename T>
void max_pool2d(const Call& call) {
  const Shape& shape = call.operand_shape(0);
  const int64_t images = shape[0], channels = shape[3];
  const WindowGeometry geometry = pool_geometry(call.instruction(), shape);
  const T* x = call.operand<T>(0);
  T* y = call.result<T>();
  std::fill_n(y, element_count(call.result_shape()), static_cast<T>(-std::numeric_limits<double>::infinity()));
  for (int64_t image = 0; image < images; ++image) {
    for_each_tap(geometry, [&](int64_t cell, int64_t position, int64_t) {
      const T* from = x + cell * channels;
      T* to = y + position * channels;
      for (int64_t c = 0; c < channels; ++c) to[c] = from[c] > to[c] || is_nan(from[c]) ? from[c] : to[c];
    });
    x += image_cells(geometry) * channels;
    y += output_positions(geometry) * channels;
  }
}

// Operands: x, y, dy.
template <typename T>
void max_pool2d_backward(const Call& call) {
  const Shape& shape = call.result_shape();
  const int64_t images = shape[0], channels = shape[3];
  const WindowGeometry geometry = pool_geometry(call.instruction(), shape);
  const int64_t image_size = image_cells(geometry) * channels, output_size = output_positions(geometry) * channels;
  const T *x = call.operand<T>(0), *y = call.operand<T>(1), *dy = call.operand<T>(2);
  T* dx = call.result<T>();
  std::vector<double> sums(static_cast<size_t>(image_size));
  std::vector<uint8_t> given(static_cast<size_t>(output_size));  // has this window found its cell?
  for (int64_t image = 0; image < images; ++image) {
    std::fill(sums.begin(), sums.end(), 0.0);
    std::fill(given.begin(), given.end(), uint8_t{0});
    for_each_tap(geometry, [&](int64_t cell, int64_t position, int64_t) {
      for (int64_t c = 0; c < channels; ++c) {
        const int64_t in = cell * channels + c, out = position * channels + c;
        if (given[static_cast<size_t>(out)] || !(x[in] == y[out] || (is_nan(x[in]) && is_nan(y[out])))) continue;
        given[static_cast<size_t>(out)] = 1;
        sums[static_cast<size_t>(in)] += static_cast<double>(dy[out]);
      }
    });
    store_row(sums.data(), dx, image_size);
    x += image_size, dx += image_size;
    y += output_size, dy += output_size;
  }
}

void run_max_pool2d(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { max_pool2d<T>(call); });
}

void run_max_pool2d_backward(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { max_pool2d_backward<T>(call); });
}

const Registration forward_registration{"max_pool2d", run_max_pool2d};
const Registration backward_registration{"max_pool2d_backward", run_max_pool2d_backward};

}  // namespace
}  // namespace laminet::reference
