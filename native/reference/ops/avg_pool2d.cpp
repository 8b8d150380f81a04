// avg_pool2d: the mean of the cells under each window, padding not counted; a window without cells gives 0.
// avg_pool2d_backward: dx[cell] = sum over windows that hold it of dy[position] / cells(position).
#include <algorithm>

#include "reference/call.h"
#include "reference/row.h"
#include "reference/window.h"

namespace laminet::reference {
namespace {

// The cells inside the image, for every output position; 1 where there is none, so that the quotient is 0.
std::vector<double> window_cells(const WindowGeometry& geometry) {
  std::vector<double> cells(static_cast<size_t>(output_positions(geometry)), 0.0);
  for_each_tap(geometry, [&](int64_t, int64_t position, int64_t) { cells[static_cast<size_t>(position)] += 1; });
  std::replace(cells.begin(), cells.end(), 0.0, 1.0);
  return cells;
}

template <typename T>
void avg_pool2d(const Call& call) {
  const Shape& shape = call.operand_shape(0);
  const int64_t images = shape[0], channels = shape[3];
  const WindowGeometry geometry = pool_geometry(call.instruction(), shape);
  const int64_t image_size = image_cells(geometry) * channels, output_size = output_positions(geometry) * channels;
  const std::vector<double> cells = window_cells(geometry);
  const T* x = call.operand<T>(0);
  T* y = call.result<T>();
  std::vector<double> sums(static_cast<size_t>(output_size));
  for (int64_t image = 0; image < images; ++image, x += image_size, y += output_size) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for_each_tap(geometry, [&](int64_t cell, int64_t position, int64_t) {
      add_scaled(sums.data() + position * channels, 1, x + cell * channels, channels);
    });
    for (size_t i = 0; i < sums.size(); ++i) sums[i] /= cells[i / static_cast<size_t>(channels)];
    store_row(sums.data(), y, output_size);
  }
}

template <typename T>
void avg_pool2d_backward(const Call& call) {
  const Shape& shape = call.result_shape();
  const int64_t images = shape[0], channels = shape[3];
  const WindowGeometry geometry = pool_geometry(call.instruction(), shape);
  const int64_t image_size = image_cells(geometry) * channels, output_size = output_positions(geometry) * channels;
  const std::vector<double> cells = window_cells(geometry);
  const T* dy = call.operand<T>(0);
  T* dx = call.result<T>();
  std::vector<double> sums(static_cast<size_t>(image_size));
  for (int64_t image = 0; image < images; ++image, dy += output_size, dx += image_size) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for_each_tap(geometry, [&](int64_t cell, int64_t position, int64_t) {
      add_scaled(sums.data() + cell * channels, 1 / cells[static_cast<size_t>(position)], dy + position * channels, channels);
    });
    store_row(sums.data(), dx, image_size);
  }
}

void run_avg_pool2d(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { avg_pool2d<T>(call); });
}

void run_avg_pool2d_backward(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { avg_pool2d_backward<T>(call); });
}

const Registration forward_registration{"avg_pool2d", run_avg_pool2d};
const Registration backward_registration{"avg_pool2d_backward", run_avg_pool2d_backward};

}  // namespace
}  // namespace laminet::reference
