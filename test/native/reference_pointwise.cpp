// Pointwise ops: literal numbers of every formula at its corners, broadcasting, casts.
#include <limits>

#include "reference_run.h"

using namespace laminet;
using namespace laminet::test;

namespace {

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::numeric_limits<double>::quiet_NaN();
const double kLowest = -2147483648.0, kHighest = 2147483647.0;

Tensor row(DType dtype, const Numbers& values) { return {{dtype, {static_cast<int64_t>(values.size())}}, values}; }

// In float64, and in float32 with its precision.
void check_unary(const std::string& op, const Numbers& x, const Numbers& expected, const Attributes& attributes = {}) {
  const Tensor wide = row(DType::f64, x), narrow = row(DType::f32, x);
  const Numbers doubles = run(op, {wide}, wide.type, attributes), singles = run(op, {narrow}, narrow.type, attributes);
  if (!near(doubles, expected, 1e-14)) fail(__FILE__, __LINE__, op + " of f64: " + text(doubles) + ", expected " + text(expected));
  if (!near(singles, expected, 1e-6)) fail(__FILE__, __LINE__, op + " of f32: " + text(singles) + ", expected " + text(expected));
}

Numbers binary(const std::string& op, DType dtype, const Numbers& x, const Numbers& y, DType result) {
  const Tensor left = row(dtype, x);
  return run(op, {left, row(dtype, y)}, {result, left.type.shape});
}

void check_arithmetic(const std::string& op, DType dtype, const Numbers& x, const Numbers& y, const Numbers& expected) {
  const Numbers actual = binary(op, dtype, x, y, dtype);
  const std::string what = op + " of " + dtype_name(dtype) + " gives ";
  if (!near(actual, expected, 1e-14)) fail(__FILE__, __LINE__, what + text(actual) + ", expected " + text(expected));
}

Numbers cast(const Tensor& x, DType to) { return run("cast", {x}, {to, x.type.shape}); }

}  // namespace

TEST(unary_formulas) {
  check_unary("identity", {-1.5, kInfinity, kNaN}, {-1.5, kInfinity, kNaN});
  check_unary("neg", {-1.5, 2}, {1.5, -2});
  check_unary("abs", {-1.5, 2, -kInfinity}, {1.5, 2, kInfinity});
  check_unary("sign", {-1.5, 0, 3, kNaN}, {-1, 0, 1, kNaN});
  check_unary("square", {-3, 0.5}, {9, 0.25});
  check_unary("relu", {-1, 0, 2, kNaN}, {0, 0, 2, kNaN});
  check_unary("clip", {-5, 0.5, 5, kNaN}, {-1, 0.5, 2, kNaN}, {{"min", -1.0}, {"max", 2.0}});
  check_unary("exp", {0, 1, -kInfinity}, {1, std::exp(1), 0});
  check_unary("expm1", {0, 1e-10}, {0, 1e-10});
  check_unary("log", {1, 0, -1}, {0, -kInfinity, kNaN});
  check_unary("log1p", {0, 1e-10, -1}, {0, 1e-10, -kInfinity});
  check_unary("sqrt", {4, 0, -1}, {2, 0, kNaN});
  check_unary("rsqrt", {4, 0}, {0.5, kInfinity});
  check_unary("reciprocal", {4, 0}, {0.25, kInfinity});
  check_unary("sin", {0, 1}, {0, std::sin(1)});
  check_unary("cos", {0, 1}, {1, std::cos(1)});
  check_unary("tan", {0, 1}, {0, std::tan(1)});
  check_unary("asin", {0.5, 2}, {std::asin(0.5), kNaN});
  check_unary("acos", {0.5, 2}, {std::acos(0.5), kNaN});
  check_unary("atan", {1, kInfinity}, {std::atan(1), std::acos(0)});
  check_unary("sinh", {0, 1}, {0, std::sinh(1)});
  check_unary("cosh", {0, 1}, {1, std::cosh(1)});
  check_unary("tanh", {0, 1, 1000}, {0, std::tanh(1), 1});
  check_unary("sigmoid", {0, 1000, -1000, 1}, {0.5, 1, 0, 1 / (1 + std::exp(-1))});
  check_unary("softplus", {0, 1000, -1000, kNaN}, {std::log(2), 1000, 0, kNaN});
  check_unary("erf", {0, 1, kInfinity}, {0, 0.84270079294971487, 1});
  const double half = 0.47693627620446987;
  check_unary("erf_inv", {0, 0.5, -0.5, 1, -1, 2, kNaN}, {0, half, -half, kInfinity, -kInfinity, kNaN, kNaN});
  check_unary("floor", {-1.5, 1.5}, {-2, 1});
  check_unary("ceil", {-1.5, 1.5}, {-1, 2});
  check_unary("round", {0.5, 1.5, 2.5, -0.5, -1.5}, {0, 2, 2, 0, -2});
  check_unary("leaky_relu", {-2, 0, 3}, {-0.5, 0, 3}, {{"alpha", 0.25}});
  check_unary("elu", {-1, 0, 3}, {2 * std::expm1(-1), 0, 3}, {{"alpha", 2.0}});
}

TEST(unary_of_integers) {
  const Tensor x = row(DType::i32, {-7, 0, 5, kLowest});
  CHECK_EQUAL(run("neg", {x}, x.type), (Numbers{7, 0, -5, kLowest}));
  CHECK_EQUAL(run("abs", {x}, x.type), (Numbers{7, 0, 5, kLowest}));
  CHECK_EQUAL(run("sign", {x}, x.type), (Numbers{-1, 0, 1, -1}));
  CHECK_EQUAL(run("square", {x}, x.type), (Numbers{49, 0, 25, 0}));
  CHECK_EQUAL(run("relu", {x}, x.type), (Numbers{0, 0, 5, 0}));
  CHECK_EQUAL(run("clip", {x}, x.type, {{"min", -2.0}, {"max", 3.0}}), (Numbers{-2, 0, 3, -2}));
}

TEST(arithmetic) {
  const DType f = DType::f64, i = DType::i32, u = DType::u8;
  check_arithmetic("add", f, {1, kInfinity}, {2, -kInfinity}, {3, kNaN});
  check_arithmetic("add", i, {kHighest, 2}, {1, -5}, {kLowest, -3});
  check_arithmetic("add", u, {250, 1}, {10, 2}, {4, 3});
  check_arithmetic("sub", i, {kLowest}, {1}, {kHighest});
  check_arithmetic("sub", u, {1}, {2}, {255});
  check_arithmetic("mul", i, {65536, -3}, {65536, 4}, {0, -12});
  check_arithmetic("div", f, {1, 1, 0}, {4, 0, 0}, {0.25, kInfinity, kNaN});
  check_arithmetic("div", i, {7, -7, 5, kLowest}, {2, 2, 0, -1}, {3, -3, 0, kLowest});
  check_arithmetic("div", u, {7, 5}, {2, 0}, {3, 0});
  check_arithmetic("mod", f, {5.5, -5.5, 5.5, -5.5}, {2, 2, -2, -2}, {1.5, 0.5, -0.5, -1.5});
  check_arithmetic("mod", i, {7, -7, 7, -7, 3, kLowest}, {3, 3, -3, -3, 0, -1}, {1, 2, -2, -1, 0, 0});
  check_arithmetic("mod", u, {7, 7}, {3, 0}, {1, 0});
  check_arithmetic("pow", f, {2, 9, -8, 0}, {10, 0.5, 3, 0}, {1024, 3, -512, 1});
  check_arithmetic("pow", i, {2, -3, 5, 2, -1, -1, 1}, {10, 3, 0, -1, -3, -2, -9}, {1024, -27, 1, 0, -1, 1, 1});
  check_arithmetic("pow", u, {2, 3}, {7, 6}, {128, 217});
  check_arithmetic("maximum", f, {1, kNaN, 1}, {2, 1, kNaN}, {2, kNaN, kNaN});
  check_arithmetic("minimum", f, {1, kNaN, 1}, {2, 1, kNaN}, {1, kNaN, kNaN});
  check_arithmetic("maximum", i, {-1, 3}, {-2, 4}, {-1, 4});
  check_arithmetic("minimum", u, {1, 200}, {2, 100}, {1, 100});
  check_arithmetic("atan2", f, {1, -1}, {-1, -1}, {std::atan2(1, -1), std::atan2(-1, -1)});
}

TEST(backward_formulas) {
  CHECK_EQUAL(binary("relu_backward", DType::f64, {0, 2, -1}, {5, 6, 7}, DType::f64), (Numbers{0, 6, 0}));
  const Tensor y = row(DType::f32, {-1, 0, 2}), dy = row(DType::f32, {4, 5, 6});
  CHECK_EQUAL(run("leaky_relu_backward", {y, dy}, y.type, {{"alpha", 0.25}}), (Numbers{1, 5, 6}));
}

TEST(predicates) {
  const DType b = DType::boolean;
  const Numbers x{1, 2, 3, kNaN}, y{2, 2, 2, 1};
  CHECK_EQUAL(binary("equal", DType::f64, x, y, b), (Numbers{0, 1, 0, 0}));
  CHECK_EQUAL(binary("not_equal", DType::f64, x, y, b), (Numbers{1, 0, 1, 1}));
  CHECK_EQUAL(binary("less", DType::f32, x, y, b), (Numbers{1, 0, 0, 0}));
  CHECK_EQUAL(binary("less_equal", DType::i32, {1, 2, 3}, {2, 2, 2}, b), (Numbers{1, 1, 0}));
  CHECK_EQUAL(binary("greater", DType::u8, {1, 2, 200}, {2, 2, 2}, b), (Numbers{0, 0, 1}));
  CHECK_EQUAL(binary("greater_equal", DType::f64, x, y, b), (Numbers{0, 1, 1, 0}));
  CHECK_EQUAL(binary("logical_and", b, {0, 0, 1, 1}, {0, 1, 0, 1}, b), (Numbers{0, 0, 0, 1}));
  CHECK_EQUAL(binary("logical_or", b, {0, 0, 1, 1}, {0, 1, 0, 1}, b), (Numbers{0, 1, 1, 1}));
  CHECK_EQUAL(run("logical_not", {boolean({2}, {0, 1})}, {b, {2}}), (Numbers{1, 0}));
  const Tensor odd = row(DType::f64, {1, kInfinity, -kInfinity, kNaN});
  CHECK_EQUAL(run("is_nan", {odd}, {b, {4}}), (Numbers{0, 0, 0, 1}));
  CHECK_EQUAL(run("is_inf", {odd}, {b, {4}}), (Numbers{0, 1, 1, 0}));
  CHECK_EQUAL(run("is_finite", {odd}, {b, {4}}), (Numbers{1, 0, 0, 0}));
}

TEST(broadcasting) {
  const Tensor matrix = f64({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK_EQUAL(run("add", {matrix, f64({3}, {10, 20, 30})}, matrix.type), (Numbers{11, 22, 33, 14, 25, 36}));
  CHECK_EQUAL(run("sub", {f64({2, 1}, {10, 20}), matrix}, matrix.type), (Numbers{9, 8, 7, 16, 15, 14}));
  CHECK_EQUAL(run("mul", {matrix, f64({}, {2})}, matrix.type), (Numbers{2, 4, 6, 8, 10, 12}));
  CHECK_EQUAL(run("mul", {f64({2, 1}, {1, 2}), f64({1, 2}, {3, 4})}, {DType::f64, {2, 2}}), (Numbers{3, 4, 6, 8}));
  CHECK_EQUAL(run("add", {f64({}, {1}), f64({}, {2})}, {DType::f64, {}}), Numbers{3});
  CHECK_EQUAL(run("add", {f64({0, 3}, {}), f64({3}, {1, 2, 3})}, {DType::f64, {0, 3}}), Numbers{});
  CHECK_EQUAL(run("broadcast", {boolean({2, 1}, {0, 1})}, {DType::boolean, {2, 2, 2}}), (Numbers{0, 0, 1, 1, 0, 0, 1, 1}));
  CHECK_EQUAL(run("relu", {f32({1}, {-1})}, {DType::f32, {2}}), (Numbers{0, 0}));
  CHECK_EQUAL(run("cast", {i32({2, 1}, {0, 2})}, {DType::boolean, {2, 2}}), (Numbers{0, 0, 1, 1}));
}

TEST(select) {
  const Tensor condition = boolean({2, 1}, {1, 0});
  CHECK_EQUAL(run("select", {condition, f32({2}, {1, kNaN}), f32({}, {9})}, {DType::f32, {2, 2}})[2], 9.0);
  CHECK_EQUAL(run("select", {condition, i32({2}, {1, 2}), i32({}, {9})}, {DType::i32, {2, 2}}), (Numbers{1, 2, 9, 9}));
  const Tensor yes = boolean({}, {1});
  CHECK_EQUAL(run("select", {condition, boolean({2}, {1, 0}), yes}, {DType::boolean, {2, 2}}), (Numbers{1, 0, 1, 1}));
  CHECK_EQUAL(run("select", {condition, u8({2}, {1, 2}), u8({}, {9})}, {DType::u8, {2, 2}}), (Numbers{1, 2, 9, 9}));
}

TEST(casts) {
  const Tensor x = row(DType::f64, {-1.75, 1.75, 300, -1e20, 1e20, kNaN, 0, kInfinity});
  CHECK_EQUAL(cast(x, DType::i32), (Numbers{-1, 1, 300, kLowest, kHighest, 0, 0, kHighest}));
  CHECK_EQUAL(cast(x, DType::u8), (Numbers{0, 1, 255, 0, 255, 0, 0, 255}));
  CHECK_EQUAL(cast(x, DType::boolean), (Numbers{1, 1, 1, 1, 1, 1, 0, 1}));
  CHECK_EQUAL(cast(row(DType::f32, {-1.75, 255.5, 1e20}), DType::u8), (Numbers{0, 255, 255}));
  CHECK_EQUAL(cast(row(DType::i32, {-1, 0, 256, 7}), DType::u8), (Numbers{255, 0, 0, 7}));
  CHECK_EQUAL(cast(row(DType::i32, {-1, 0, 256}), DType::boolean), (Numbers{1, 0, 1}));
  CHECK_EQUAL(cast(row(DType::boolean, {0, 1}), DType::f32), (Numbers{0, 1}));
  CHECK_EQUAL(cast(row(DType::u8, {0, 200}), DType::boolean), (Numbers{0, 1}));
  CHECK_EQUAL(cast(row(DType::i32, {16777217}), DType::f32), Numbers{16777216});
  CHECK_EQUAL(cast(row(DType::f64, {0.1}), DType::f32), Numbers{static_cast<double>(0.1f)});
}
