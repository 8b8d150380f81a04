// Reductions and softmax: literal numbers, axes, types, NaN, empty operands.
#include <limits>

#include "reference_run.h"

using namespace laminet;
using namespace laminet::test;

namespace {

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::numeric_limits<double>::quiet_NaN();

Numbers reduce(const std::string& op, const Tensor& x, const List& axes, const Shape& result) {
  return run(op, {x}, {x.type.dtype, result}, {{"axes", axes}, {"keepDims", false}});
}

Numbers position(const std::string& op, const Tensor& x, double axis, const Shape& result) {
  return run(op, {x}, {DType::i32, result}, {{"axis", axis}});
}

}  // namespace

TEST(axes) {
  const Tensor x = f64({2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK_EQUAL(reduce("sum", x, {0, 1, 2}, {}), Numbers{78});
  CHECK_EQUAL(reduce("sum", x, {0}, {3, 2}), (Numbers{8, 10, 12, 14, 16, 18}));
  CHECK_EQUAL(reduce("sum", x, {1}, {2, 2}), (Numbers{9, 12, 27, 30}));
  CHECK_EQUAL(reduce("sum", x, {2}, {2, 3}), (Numbers{3, 7, 11, 15, 19, 23}));
  CHECK_EQUAL(reduce("sum", x, {0, 2}, {3}), (Numbers{18, 26, 34}));
  CHECK_EQUAL(reduce("prod", x, {0, 2}, {3}), (Numbers{112, 1080, 3960}));
  CHECK_EQUAL(reduce("max", x, {0, 1}, {2}), (Numbers{11, 12}));
  CHECK_EQUAL(reduce("min", x, {1, 2}, {2}), (Numbers{1, 7}));
  CHECK_EQUAL(reduce("sum", x, {}, {2, 3, 2}), x.values);
  CHECK_EQUAL(run("sum", {x}, {DType::f64, {1, 3, 1}}, {{"axes", List{0, 2}}, {"keepDims", true}}), (Numbers{18, 26, 34}));
  CHECK_EQUAL(reduce("max", f64({}, {3}), {}, {}), Numbers{3});
}

TEST(float32_sums_in_double) {
  Numbers values(100001, 0.1f);
  values[0] = 1e8;
  const auto expected = static_cast<float>(1e8 + 100000 * static_cast<double>(0.1f));
  CHECK_EQUAL(reduce("sum", f32({100001}, values), {0}, {}), Numbers{expected});
}

TEST(integers_wrap) {
  CHECK_EQUAL(reduce("sum", i32({3}, {2147483647, 1, 1}), {0}, {}), Numbers{-2147483647});
  CHECK_EQUAL(reduce("prod", i32({3}, {-3, 5, 7}), {0}, {}), Numbers{-105});
  CHECK_EQUAL(reduce("sum", u8({3}, {200, 50, 10}), {0}, {}), Numbers{4});
  CHECK_EQUAL(reduce("max", i32({3}, {-3, -5, -7}), {0}, {}), Numbers{-3});
  CHECK_EQUAL(reduce("min", u8({2}, {255, 200}), {0}, {}), Numbers{200});
}

TEST(nan_wins) {
  for (const Numbers& values : {Numbers{kNaN, 1, 2}, Numbers{1, kNaN, 2}, Numbers{1, 2, kNaN}}) {
    for (const char* op : {"max", "min", "sum", "prod"}) CHECK_NEAR(reduce(op, f64({3}, values), {0}, {}), Numbers{kNaN}, 0);
  }
  CHECK_EQUAL(position("arg_max", f64({4}, {1, kNaN, 5, kNaN}), 0, {}), Numbers{1});
  CHECK_EQUAL(position("arg_min", f64({4}, {kNaN, 0, 5, kNaN}), 0, {}), Numbers{0});
}

TEST(empty_operands) {
  CHECK_EQUAL(reduce("sum", f64({0, 2}, {}), {0}, {2}), (Numbers{0, 0}));
  CHECK_EQUAL(reduce("prod", f64({2, 0}, {}), {1}, {2}), (Numbers{1, 1}));
  CHECK_EQUAL(reduce("max", f64({0}, {}), {0}, {}), Numbers{-kInfinity});
  CHECK_EQUAL(reduce("sum", f64({0, 2}, {}), {1}, {0}), Numbers{});
}

TEST(positions) {
  const Tensor x = f32({2, 3, 2}, {1, 9, 5, 9, 5, 0, -1, -2, -1, -2, -7, -2});
  CHECK_EQUAL(position("arg_max", x, 1, {2, 2}), (Numbers{1, 0, 0, 0}));
  CHECK_EQUAL(position("arg_min", x, 1, {2, 2}), (Numbers{0, 2, 2, 0}));
  CHECK_EQUAL(position("arg_max", x, 2, {2, 3}), (Numbers{1, 1, 0, 0, 0, 1}));
  CHECK_EQUAL(position("arg_max", x, 0, {3, 2}), (Numbers{0, 0, 0, 0, 0, 0}));
  CHECK_EQUAL(position("arg_max", u8({3}, {1, 200, 200}), 0, {}), Numbers{1});
  CHECK_EQUAL(position("arg_min", i32({3}, {1, -5, -5}), 0, {}), Numbers{1});
}

TEST(softmax_rows) {
  const double sum = 1 + std::exp(-1) + std::exp(-2);
  const Numbers expected{std::exp(-2) / sum, std::exp(-1) / sum, 1 / sum};
  const Tensor x = f64({1, 3}, {1001, 1002, 1003});  // exp would overflow
  CHECK_NEAR(run("softmax", {x}, x.type), expected, 1e-15);
  CHECK_NEAR(run("log_softmax", {x}, x.type), (Numbers{-2 - std::log(sum), -1 - std::log(sum), -std::log(sum)}), 1e-15);
  const Tensor two = f32({2, 2}, {0, 0, -kInfinity, 3});
  CHECK_EQUAL(run("softmax", {two}, two.type), (Numbers{0.5, 0.5, 0, 1}));
  CHECK_EQUAL(run("log_softmax", {two}, two.type)[2], -kInfinity);
  const Tensor bad = f64({1, 2}, {1, kNaN});
  CHECK_NEAR(run("softmax", {bad}, bad.type), (Numbers{kNaN, kNaN}), 0);
}
