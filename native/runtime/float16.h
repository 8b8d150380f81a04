// The two 16-bit float types as they lie in memory. Nothing is computed in them: they widen to float without loss, formulas work there, and
// the result is rounded once, to nearest, ties to even. Independent of any device's own types for these formats.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "host_device.h"

namespace laminet {
inline namespace LAMINET_ISA {

namespace float16_bits {

LAMINET_HD uint32_t of_float(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

LAMINET_HD float to_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// `x` as a float that rounds to 16 bits as `x` itself does: where digits are lost, the last bit is set, so that no tie is made or missed
// ("round to odd": S. Boldo and G. Melquiond, "Emulation of FMA and correctly rounded sums", IEEE Transactions on Computers, 2008).
LAMINET_HD float narrow_to_odd(double x) {
  const float nearest = static_cast<float>(x);
  uint32_t bits = of_float(nearest);
  const double magnitude = x < 0 ? -x : x, found = nearest < 0 ? -static_cast<double>(nearest) : static_cast<double>(nearest);
  if (!(magnitude < found || magnitude > found) || (bits & 1) != 0) return nearest;
  bits += magnitude > found ? 1u : ~0u;
  return to_float(bits);
}

}  // namespace float16_bits

// 1 sign, 8 exponent, 7 fraction bits: the upper half of a float.
struct bfloat16 {
  uint16_t bits = 0;

  bfloat16() = default;
  LAMINET_HD explicit bfloat16(float x) : bits(rounded(x)) {}
  LAMINET_HD explicit bfloat16(double x) : bits(rounded(float16_bits::narrow_to_odd(x))) {}
  template <typename Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  LAMINET_HD explicit bfloat16(Integer x) : bfloat16(static_cast<double>(x)) {}
  LAMINET_HD operator float() const { return float16_bits::to_float(static_cast<uint32_t>(bits) << 16); }

 private:
  LAMINET_HD static uint16_t rounded(float x) {
    const uint32_t source = float16_bits::of_float(x);
    if (x != x) return static_cast<uint16_t>((source >> 16) | 0x40u);  // quiet, with its sign
    return static_cast<uint16_t>((source + 0x7FFFu + (source >> 16 & 1u)) >> 16);
  }
};

// IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits.
struct float16 {
  uint16_t bits = 0;

  float16() = default;
  LAMINET_HD explicit float16(float x) : bits(rounded(x)) {}
  LAMINET_HD explicit float16(double x) : bits(rounded(float16_bits::narrow_to_odd(x))) {}
  template <typename Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  LAMINET_HD explicit float16(Integer x) : float16(static_cast<double>(x)) {}
  LAMINET_HD operator float() const {
    const uint32_t sign = (bits & 0x8000u) << 16, magnitude = static_cast<uint32_t>(bits & 0x7FFFu) << 13;
    if (magnitude >= kInfinity) return float16_bits::to_float(sign | 0x7F800000u | magnitude);
    if (magnitude >= kSmallestNormal) return float16_bits::to_float(sign | (magnitude + kBias));
    // Subnormal: the fraction below 2^-14, whose float has the exponent field 113.
    const uint32_t unsigned_bits = float16_bits::of_float(float16_bits::to_float((113u << 23) | magnitude) - 0x1p-14f);
    return float16_bits::to_float(sign | unsigned_bits);
  }

 private:
  static constexpr uint32_t kBias = 112u << 23;           // between the exponents of the two formats, 127 and 15
  static constexpr uint32_t kSmallestNormal = 1u << 23;   // of float16, its fraction in a float's place
  static constexpr uint32_t kInfinity = 31u << 23;

  LAMINET_HD static uint16_t rounded(float x) {
    const uint32_t source = float16_bits::of_float(x), magnitude = source & 0x7FFFFFFFu;
    const auto sign = static_cast<uint16_t>(source >> 16 & 0x8000u);
    if (magnitude > 0x7F800000u) return static_cast<uint16_t>(sign | 0x7E00u | (magnitude >> 13 & 0x3FFu));  // NaN, quiet
    if (magnitude >= 0x477FF000u) return static_cast<uint16_t>(sign | 0x7C00u);                              // from 65520 on: infinity
    if (magnitude < 0x38800000u) {  // below 2^-14: next to 0.5 a float's digits end where a subnormal's do
      const uint32_t sum = float16_bits::of_float(float16_bits::to_float(magnitude) + 0.5f);
      return static_cast<uint16_t>(sign | (sum - 0x3F000000u));
    }
    return static_cast<uint16_t>(sign | ((magnitude - kBias + 0xFFFu + (magnitude >> 13 & 1u)) >> 13));
  }
};

static_assert(sizeof(bfloat16) == 2 && sizeof(float16) == 2);

template <typename T>
inline constexpr bool is_float16_type = std::is_same_v<T, bfloat16> || std::is_same_v<T, float16>;

// float, double, bfloat16 or float16.
template <typename T>
inline constexpr bool is_float_type = std::is_floating_point_v<T> || is_float16_type<T>;

// What formulas of T are computed in.
template <typename T>
using Arithmetic = std::conditional_t<is_float16_type<T>, float, T>;

}  // namespace LAMINET_ISA
}  // namespace laminet
