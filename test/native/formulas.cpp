// The pointwise formulas where they are easily wrong: NaN, integers, the ends of the range, accuracy.
#include <cmath>
#include <limits>

#include "check.h"
#include "runtime/pointwise.h"

using namespace laminet;
using namespace laminet::test;

namespace {

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();

template <typename Formula, typename T>
auto apply(T x, T y = T(0), T a = T(0), T b = T(0)) {
  return Formula::template apply<T>(x, y, T(0), a, b);
}

}  // namespace

TEST(table) {
  CHECK_EQUAL(find_pointwise("identity"), static_cast<int>(Pointwise::identity));
  CHECK_EQUAL(find_pointwise("select"), static_cast<int>(Pointwise::select));
  CHECK_EQUAL(find_pointwise("conv2d"), -1);
  CHECK_EQUAL(std::string(kPointwise[find_pointwise("clip")].attributes[1]), std::string("max"));
  CHECK_EQUAL(kPointwise[find_pointwise("select")].arity, 3);
}

TEST(nan_survives) {
  CHECK(std::isnan(apply<formula::relu>(kNaN)));
  CHECK(std::isnan(apply<formula::clip>(kNaN, 0.0, -1.0, 1.0)));
  CHECK(std::isnan(apply<formula::sign>(kNaN)));
  CHECK(std::isnan(apply<formula::sigmoid>(kNaN)));
  CHECK(std::isnan(apply<formula::softplus>(kNaN)));
  CHECK(std::isnan(apply<formula::maximum>(kNaN, 1.0)));
  CHECK(std::isnan(apply<formula::maximum>(1.0, kNaN)));
  CHECK(std::isnan(apply<formula::minimum>(kNaN, 1.0)));
  CHECK(std::isnan(apply<formula::minimum>(1.0, kNaN)));
  CHECK(apply<formula::not_equal>(kNaN, kNaN));
  CHECK(!apply<formula::less_equal>(kNaN, kNaN));
}

TEST(classes) {
  CHECK(apply<formula::is_inf>(-kInfinity) && !apply<formula::is_inf>(kNaN) && !apply<formula::is_inf>(1.0));
  CHECK(apply<formula::is_finite>(1e308) && !apply<formula::is_finite>(kInfinity) && !apply<formula::is_finite>(kNaN));
  CHECK(apply<formula::is_nan>(kNaN) && !apply<formula::is_nan>(kInfinity));
}

TEST(stable_ends) {
  CHECK_EQUAL(apply<formula::sigmoid>(-1000.0), 0.0);
  CHECK_EQUAL(apply<formula::sigmoid>(1000.0), 1.0);
  CHECK_EQUAL(apply<formula::sigmoid>(-700.0), std::exp(-700.0));
  CHECK_EQUAL(apply<formula::softplus>(1000.0), 1000.0);
  CHECK_EQUAL(apply<formula::softplus>(-40.0), std::exp(-40.0));
  CHECK_EQUAL(apply<formula::elu>(-kInfinity, 0.0, 2.0), -2.0);
  CHECK_EQUAL(apply<formula::round>(2.5), 2.0);
  CHECK_EQUAL(apply<formula::round>(-3.5), -4.0);
}

TEST(integers) {
  CHECK_EQUAL(apply<formula::div>(7, -2), -3);
  CHECK_EQUAL(apply<formula::div>(7, 0), 0);
  CHECK_EQUAL(apply<formula::div>(kLowest, -1), kLowest);
  CHECK_EQUAL(apply<formula::mod>(-7, 3), 2);
  CHECK_EQUAL(apply<formula::mod>(7, -3), -2);
  CHECK_EQUAL(apply<formula::mod>(7, 0), 0);
  CHECK_EQUAL(apply<formula::mod>(kLowest, -1), 0);
  CHECK_EQUAL(apply<formula::pow>(-3, 3), -27);
  CHECK_EQUAL(apply<formula::pow>(2, 33), 0);
  CHECK_EQUAL(apply<formula::pow>(0, 0), 1);
  CHECK_EQUAL(apply<formula::pow>(2, -1), 0);
  CHECK_EQUAL(apply<formula::pow>(-1, -3), -1);
  CHECK_EQUAL(apply<formula::abs>(kLowest), kLowest);
  CHECK_EQUAL(apply<formula::add>(2147483647, 1), kLowest);
  CHECK_EQUAL(static_cast<int>(apply<formula::add>(uint8_t{250}, uint8_t{10})), 4);
  CHECK_EQUAL(static_cast<int>(apply<formula::sub>(uint8_t{1}, uint8_t{2})), 255);
  CHECK_EQUAL(static_cast<int>(apply<formula::mod>(uint8_t{7}, uint8_t{4})), 3);
}

TEST(float_mod) {
  CHECK_EQUAL(apply<formula::mod>(-7.0, 3.0), 2.0);
  CHECK_EQUAL(apply<formula::mod>(5.5, -2.0), -0.5);
  CHECK(std::signbit(apply<formula::mod>(4.0, -2.0)));
  CHECK(std::isnan(apply<formula::mod>(1.0, 0.0)));
}

TEST(erf_inverse) {
  // Forty-digit values of an arbitrary-precision library.
  CHECK_NEAR(apply<formula::erf_inv>(0.1) / 0.0888559904942576870, 1.0, 1e-15);
  CHECK_NEAR(apply<formula::erf_inv>(0.51) / 0.4881220505159588, 1.0, 1e-15);
  CHECK_NEAR(apply<formula::erf_inv>(-0.999999) / -3.458910737275499, 1.0, 1e-14);
  CHECK_NEAR(apply<formula::erf_inv>(1 - 0x1p-53) / 5.8635847487551676, 1.0, 1e-14);
  CHECK_NEAR(apply<formula::erf_inv>(1e-300) / 8.86226925452758e-301, 1.0, 1e-15);
  CHECK_NEAR(apply<formula::erf_inv>(0.9f) / 1.1630871536766743f, 1.0f, 1e-6);
  CHECK_EQUAL(apply<formula::erf_inv>(-1.0), -kInfinity);
  CHECK(std::isnan(apply<formula::erf_inv>(1.5)));
  for (double x = -0.999; x < 1; x += 0.0137) CHECK_NEAR(std::erf(apply<formula::erf_inv>(x)), x, 1e-15);
}

TEST(conversions) {
  CHECK_EQUAL((math::convert<int32_t, float>(-2.9f)), -2);
  CHECK_EQUAL((math::convert<int32_t, float>(3e9f)), 2147483647);
  CHECK_EQUAL((math::convert<int32_t, double>(-kInfinity)), kLowest);
  CHECK_EQUAL((math::convert<int32_t, double>(kNaN)), 0);
  CHECK_EQUAL(static_cast<int>(math::convert<uint8_t, float>(-1.0f)), 0);
  CHECK_EQUAL(static_cast<int>(math::convert<uint8_t, float>(300.0f)), 255);
  CHECK_EQUAL(static_cast<int>(math::convert<uint8_t, double>(255.9)), 255);
  CHECK_EQUAL(static_cast<int>(math::convert<uint8_t, int32_t>(300)), 44);
  CHECK_EQUAL((math::convert<bool, double>(kNaN)), true);
  CHECK_EQUAL((math::convert<bool, float>(-0.0f)), false);
}

TEST(attributes_in_the_operand_type) {
  Instruction clip;
  clip.op = "clip";
  clip.attributes = {{"min", -kInfinity}, {"max", 6.0}};
  const auto bounds = pointwise_attributes<int32_t>(clip, find_pointwise("clip"));
  CHECK_EQUAL(bounds[0], kLowest);
  CHECK_EQUAL(bounds[1], 6);
}
