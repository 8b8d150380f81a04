// Max pooling of every instruction set against plain loops.
#include <cmath>
#include <limits>

#include "check.h"
#include "cpu/kernel_tables.h"

namespace laminet::test {
namespace {

using cpu::MaxPoolShape;
using cpu::PoolAxis;
using Floats = std::vector<float>;

// Output sizes as for explicit padding.
PoolAxis axis(int64_t input, int64_t window, int64_t stride, int64_t before, int64_t after) {
  return {.input = input, .output = (input + before + after - window) / stride + 1, .window = window, .stride = stride, .before = before};
}

Floats numbers(int64_t count, uint32_t seed) {
  Floats values(static_cast<size_t>(count));
  for (float& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<int>(seed >> 27)) - 16;  // few values: many are equal
  }
  return values;
}

int64_t cells(const PoolAxis& rows, const PoolAxis& columns) { return rows.input * columns.input; }
int64_t positions(const PoolAxis& rows, const PoolAxis& columns) { return rows.output * columns.output; }

// The cell that a window's gradient goes to, -1 when the window has none.
int64_t first_maximum(const MaxPoolShape& shape, const Floats& x, int64_t image, int64_t position, int64_t lane) {
  const auto& [rows, columns] = std::tie(shape.rows, shape.columns);
  int64_t best = -1;
  for (int64_t tap = 0; tap < rows.window * columns.window; ++tap) {
    const int64_t row = position / columns.output * rows.stride - rows.before + tap / columns.window;
    const int64_t column = position % columns.output * columns.stride - columns.before + tap % columns.window;
    if (row < 0 || row >= rows.input || column < 0 || column >= columns.input) continue;
    const int64_t cell = ((image * rows.input + row) * columns.input + column) * shape.lanes + lane;
    if (best < 0 || x[cell] > x[best] || (std::isnan(x[cell]) && !std::isnan(x[best]))) best = cell;
  }
  return best;
}

void compare(const cpu::MaxPoolKernels& kernels, const MaxPoolShape& shape, Floats x) {
  const int64_t outputs = shape.images * positions(shape.rows, shape.columns) * shape.lanes;
  const Floats dy = numbers(outputs, 9);
  Floats y(outputs, 7), alone(outputs, 7), dx(x.size(), 7), expected(x.size(), 0);
  std::vector<uint8_t> places(outputs, 77);
  kernels.forward(shape, x.data(), y.data(), places.data());
  kernels.forward(shape, x.data(), alone.data(), nullptr);
  kernels.backward(shape, places.data(), dy.data(), dx.data());
  for (int64_t index = 0; index < outputs; ++index) {
    const int64_t lane = index % shape.lanes, position = index / shape.lanes % positions(shape.rows, shape.columns);
    const int64_t image = index / shape.lanes / positions(shape.rows, shape.columns);
    const int64_t cell = first_maximum(shape, x, image, position, lane);
    const float wanted = cell < 0 ? -std::numeric_limits<float>::infinity() : x[cell];
    CHECK(y[index] == wanted || (std::isnan(y[index]) && std::isnan(wanted)));
    CHECK(y[index] == alone[index] || std::isnan(y[index]));
    if (cell >= 0) expected[cell] += dy[index];
  }
  CHECK(dx == expected);
}

}  // namespace

TEST(windows_and_lanes_of_all_kinds) {
  const std::vector<PoolAxis> axes{axis(9, 3, 3, 0, 0), axis(8, 2, 2, 0, 0), axis(7, 3, 2, 1, 1), axis(6, 3, 1, 1, 1), axis(10, 2, 3, 0, 0),
                                   axis(1, 1, 1, 0, 0), axis(5, 4, 2, 3, 2), axis(4, 2, 2, 2, 2)};
  for (const cpu::Isa isa : cpu::available_isas())
    for (const PoolAxis& rows : axes)
      for (const PoolAxis& columns : axes)
        for (const int64_t lanes : {1, 3, 8, 16, 29}) {
          const MaxPoolShape shape{.images = 3, .rows = rows, .columns = columns, .lanes = lanes};
          compare(cpu::max_pool_kernels(isa), shape, numbers(3 * cells(rows, columns) * lanes, 5));
        }
}

TEST(nan_and_infinities) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  for (const cpu::Isa isa : cpu::available_isas()) {
    const MaxPoolShape shape{.images = 1, .rows = axis(4, 2, 2, 0, 0), .columns = axis(4, 2, 2, 0, 0), .lanes = 1};
    compare(cpu::max_pool_kernels(isa), shape, {1, nan, -infinity, -infinity, nan, 2, -infinity, -infinity, infinity, 3, 0, -0.0F, 4, infinity, -0.0F, 0});
  }
}

}  // namespace laminet::test
