// bfloat16 and float16: every pattern there and back, and rounding at every tie between two patterns.
#include "runtime/float16.h"

#include <cmath>

#include "check.h"

using namespace laminet;
using namespace laminet::test;

namespace {

// The value of a pattern from its fields, in double.
double value_of(uint32_t pattern, int fraction_bits, int bias) {
  const uint32_t fraction = pattern & ((1u << fraction_bits) - 1), top = (1u << (15 - fraction_bits)) - 1;
  const uint32_t exponent = pattern >> fraction_bits & top;
  const double sign = pattern >> 15 != 0 ? -1 : 1, scale = std::ldexp(1.0, -fraction_bits);
  if (exponent == top) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(fraction * scale, 1 - bias);
  return sign * std::ldexp(1 + fraction * scale, static_cast<int>(exponent) - bias);
}

template <typename T>
T of_pattern(uint32_t pattern) {
  T value;
  value.bits = static_cast<uint16_t>(pattern);
  return value;
}

template <typename T>
void check_widening(int fraction_bits, int bias) {
  for (uint32_t pattern = 0; pattern < 65536; ++pattern) {
    const float wide = of_pattern<T>(pattern);
    const double expected = value_of(pattern, fraction_bits, bias);
    if (std::isnan(expected)) {
      CHECK(std::isnan(wide) && std::isnan(static_cast<float>(T(wide))) && T(wide).bits >> 15 == pattern >> 15);
      continue;
    }
    if (static_cast<double>(wide) != expected || std::signbit(wide) != (pattern >> 15 != 0)) CHECK_EQUAL(static_cast<double>(wide), expected);
    if (T(wide).bits != pattern || T(static_cast<double>(wide)).bits != pattern) CHECK_EQUAL(uint32_t{T(wide).bits}, pattern);
  }
}

// Between each two neighbours: the tie goes to the even one, and the nearest double to either side of it goes to its own side.
template <typename T>
void check_ties(uint32_t infinity) {
  for (uint32_t pattern = 0; pattern < infinity; ++pattern) {
    const auto low = static_cast<double>(static_cast<float>(of_pattern<T>(pattern)));
    const double below = pattern == 0 ? 0 : static_cast<double>(static_cast<float>(of_pattern<T>(pattern - 1)));
    const double high = pattern + 1 == infinity ? 2 * low - below : static_cast<double>(static_cast<float>(of_pattern<T>(pattern + 1)));
    const double tie = (low + high) / 2;
    const uint32_t even = pattern + (pattern & 1);
    if (T(tie).bits != even || T(-tie).bits != (even | 0x8000u)) CHECK_EQUAL(uint32_t{T(tie).bits}, even);
    if (T(std::nextafter(tie, 0.0)).bits != pattern) CHECK_EQUAL(uint32_t{T(std::nextafter(tie, 0.0)).bits}, pattern);
    if (T(std::nextafter(tie, INFINITY)).bits != pattern + 1) CHECK_EQUAL(uint32_t{T(std::nextafter(tie, INFINITY)).bits}, pattern + 1);
    const auto single = static_cast<float>(tie);
    if (static_cast<double>(single) != tie) continue;
    if (T(single).bits != even || T(std::nextafter(single, 0.0F)).bits != pattern) CHECK_EQUAL(uint32_t{T(single).bits}, even);
    if (T(std::nextafter(single, INFINITY)).bits != pattern + 1) CHECK_EQUAL(uint32_t{T(std::nextafter(single, INFINITY)).bits}, pattern + 1);
  }
}

}  // namespace

TEST(widening_and_back) {
  check_widening<bfloat16>(7, 127);
  check_widening<float16>(10, 15);
}

TEST(ties_go_to_even) {
  check_ties<bfloat16>(0x7F80);
  check_ties<float16>(0x7C00);
}

TEST(ends_of_the_range) {
  CHECK_EQUAL(bfloat16(1e300).bits, 0x7F80);
  CHECK_EQUAL(bfloat16(-INFINITY).bits, 0xFF80);
  CHECK_EQUAL(float16(65519.996).bits, 0x7BFF);
  CHECK_EQUAL(float16(65520).bits, 0x7C00);
  CHECK_EQUAL(float16(-1e300).bits, 0xFC00);
  CHECK_EQUAL(float16(1e-300).bits, 0);
  CHECK_EQUAL(bfloat16(-1e-300).bits, 0x8000);
  CHECK_EQUAL(bfloat16(int32_t{257}).bits, bfloat16(256.0F).bits);
  CHECK_EQUAL(bfloat16(int32_t{16842753}).bits, bfloat16(16908288.0).bits);  // above the tie: a float in between would forget
}
