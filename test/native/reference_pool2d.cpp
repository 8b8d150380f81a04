// Poolings and their gradients: literal rows, the definition one output at a time, finite differences.
#include <limits>

#include "reference_run.h"
#include "runtime/geometry.h"

using namespace laminet;
using namespace laminet::test;

namespace {

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Pool {
  Shape x;
  List size, strides;
  Attribute padding;

  Attributes attributes() const { return {{"poolSize", size}, {"strides", strides}, {"padding", padding}}; }
  WindowGeometry geometry() const {
    Instruction instruction;
    instruction.attributes = attributes();
    return pool_geometry(instruction, x);
  }
  Shape y() const { return {x[0], geometry().rows.output, geometry().columns.output, x[3]}; }
};

std::vector<Pool> pools() {
  const Attribute same = std::string("same"), valid = std::string("valid");
  return {
      {{2, 6, 4, 3}, {2, 2}, {2, 2}, valid},
      {{1, 5, 7, 2}, {2, 2}, {2, 2}, same},
      {{1, 10, 8, 1}, {3, 3}, {3, 3}, valid},  // a ragged edge
      {{1, 5, 6, 2}, {3, 2}, {1, 1}, same},    // overlapping windows
      {{2, 5, 6, 2}, {3, 3}, {2, 1}, valid},
      {{1, 5, 5, 2}, {2, 2}, {3, 3}, same},    // cells between the windows
      {{1, 4, 4, 2}, {3, 3}, {1, 2}, List{1, 2, 2, 0}},
  };
}

Numbers forward(const std::string& op, const Pool& pool, const Numbers& x) {
  return run(op, {f64(pool.x, x)}, {DType::f64, pool.y()}, pool.attributes());
}

// The cells of every output, by the definition.
std::vector<Numbers> windows(const Pool& pool, const Numbers& x) {
  const WindowGeometry geometry = pool.geometry();
  std::vector<Numbers> all;
  for_each_index(pool.y(), [&](const Shape& at) {
    all.emplace_back();
    for_each_index(pool.size, [&](const Shape& tap) {
      const int64_t row = at[1] * pool.strides[0] + tap[0] - geometry.rows.before;
      const int64_t column = at[2] * pool.strides[1] + tap[1] - geometry.columns.before;
      if (row < 0 || row >= pool.x[1] || column < 0 || column >= pool.x[2]) return;
      all.back().push_back(element(x, pool.x, {at[0], row, column, at[3]}));
    });
  });
  return all;
}

Numbers pool_row(const std::string& op, const Numbers& x, int64_t size, int64_t stride, const std::string& padding) {
  return forward(op, {{1, 1, static_cast<int64_t>(x.size()), 1}, {1, size}, {1, stride}, padding}, x);
}

Numbers max_gradient(const Pool& pool, const Numbers& x, const Numbers& dy) {
  const Numbers y = forward("max_pool2d", pool, x);
  const std::vector<Tensor> operands{f64(pool.x, x), f64(pool.y(), y), f64(pool.y(), dy)};
  return run("max_pool2d_backward", operands, {DType::f64, pool.x}, pool.attributes());
}

}  // namespace

TEST(literal_rows) {
  CHECK_EQUAL(pool_row("avg_pool2d", {1, 2, 3, 4, 5}, 2, 2, "same"), (Numbers{1.5, 3.5, 5}));
  CHECK_EQUAL(pool_row("avg_pool2d", {1, 2, 3, 4}, 3, 2, "same"), (Numbers{2, 3.5}));
  CHECK_EQUAL(pool_row("avg_pool2d", {1, 2, 3, 4}, 3, 1, "same"), (Numbers{1.5, 2, 3, 3.5}));
  CHECK_EQUAL(pool_row("avg_pool2d", {1, 2, 3, 4, 5}, 2, 2, "valid"), (Numbers{1.5, 3.5}));
  CHECK_EQUAL(pool_row("max_pool2d", {-1, -2, -3, -4, -5}, 2, 2, "same"), (Numbers{-1, -3, -5}));
  CHECK_EQUAL(pool_row("max_pool2d", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 3, 3, "valid"), (Numbers{3, 6, 9}));
}

TEST(forward_is_the_definition) {
  for (const Pool& pool : pools()) {
    const Numbers x = varied(pool.x, 1);
    Numbers highest, mean;
    for (const Numbers& cells : windows(pool, x)) {
      double sum = 0, best = -kInfinity;
      for (const double cell : cells) sum += cell, best = std::max(best, cell);
      highest.push_back(best);
      mean.push_back(sum / static_cast<double>(cells.size()));
    }
    CHECK_EQUAL(forward("max_pool2d", pool, x), highest);
    CHECK_NEAR(forward("avg_pool2d", pool, x), mean, 1e-15);
    CHECK_NEAR(run("avg_pool2d", {f32(pool.x, x)}, {DType::f32, pool.y()}, pool.attributes()), mean, 1e-6);
    CHECK_NEAR(run("max_pool2d", {f32(pool.x, x)}, {DType::f32, pool.y()}, pool.attributes()), highest, 1e-6);
  }
}

TEST(backward_is_the_gradient) {
  for (const Pool& pool : pools()) {
    const Numbers x = varied(pool.x, 1), dy = varied(pool.y(), 2);
    const auto maximum = [&](const Numbers& at) { return forward("max_pool2d", pool, at); };
    CHECK_NEAR(max_gradient(pool, x, dy), numeric_gradient(maximum, x, dy, 1e-7), 1e-7);
    const auto average = [&](const Numbers& at) { return forward("avg_pool2d", pool, at); };
    const Numbers expected = numeric_gradient(average, x, dy, 0.125);
    CHECK_NEAR(run("avg_pool2d_backward", {f64(pool.y(), dy)}, {DType::f64, pool.x}, pool.attributes()), expected, 1e-13);
    CHECK_NEAR(run("avg_pool2d_backward", {f32(pool.y(), dy)}, {DType::f32, pool.x}, pool.attributes()), expected, 1e-6);
  }
}

TEST(first_of_equal_maxima_takes_the_gradient) {
  const Pool pool{{1, 2, 4, 1}, {2, 2}, {2, 2}, std::string("valid")};
  CHECK_EQUAL(max_gradient(pool, {1, 7, -kInfinity, -kInfinity, 7, 7, -kInfinity, -kInfinity}, {10, 20}),
              (Numbers{0, 10, 20, 0, 0, 0, 0, 0}));
}

TEST(nan_wins_a_window) {
  const Pool pool{{1, 1, 4, 1}, {1, 2}, {1, 2}, std::string("valid")};
  CHECK_NEAR(forward("max_pool2d", pool, {kNaN, 1, 2, kNaN}), (Numbers{kNaN, kNaN}), 0);
  CHECK_EQUAL(max_gradient(pool, {kNaN, 1, 2, kNaN}, {3, 4}), (Numbers{3, 0, 0, 4}));
}

TEST(window_of_padding_alone) {
  const Pool pool{{1, 1, 2, 1}, {1, 2}, {1, 2}, List{0, 0, 2, 0}};
  CHECK_EQUAL(forward("max_pool2d", pool, {1, 2}), (Numbers{-kInfinity, 2}));
  CHECK_EQUAL(forward("avg_pool2d", pool, {1, 2}), (Numbers{0, 1.5}));
  CHECK_EQUAL(run("avg_pool2d_backward", {f64(pool.y(), {5, 6})}, {DType::f64, pool.x}, pool.attributes()), (Numbers{3, 3}));
  CHECK_EQUAL(max_gradient(pool, {1, 2}, {5, 6}), (Numbers{0, 6}));
}
