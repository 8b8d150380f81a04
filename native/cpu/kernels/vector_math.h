// Elementary functions of float32 as straight-line code without calls or branches, so that loops over them vectorise. Infinities, NaN
// and denormal numbers come out as C's functions give them; errors are at most 3 units in the last place (test/native/kernels_math.cpp).
// Polynomials are minimax fits over the reduced range (Remez).
#pragma once

#include <cstdint>

#include "isa.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace vector_math {

inline constexpr float kInfinity = __builtin_inff();
inline constexpr float kNaN = __builtin_nanf("");
inline constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer, which the low bits then hold
inline constexpr float kLog2E = 1.44269504f;
inline constexpr float kLn2High = 0.693359375f;  // few bits: products with small integers are exact
inline constexpr float kLn2Low = -2.12194440e-4f;

LAMINET_INLINE uint32_t to_bits(float x) { return __builtin_bit_cast(uint32_t, x); }
LAMINET_INLINE float from_bits(uint32_t bits) { return __builtin_bit_cast(float, bits); }
LAMINET_INLINE uint64_t to_bits(double x) { return __builtin_bit_cast(uint64_t, x); }
LAMINET_INLINE double from_bits(uint64_t bits) { return __builtin_bit_cast(double, bits); }
LAMINET_INLINE float magnitude(float x) { return from_bits(to_bits(x) & 0x7fffffffu); }
LAMINET_INLINE float with_sign(float x, float sign) { return from_bits((to_bits(x) & 0x7fffffffu) | (to_bits(sign) & 0x80000000u)); }

// x * y + z, in one rounding where the instruction set has it.
template <typename T>
LAMINET_INLINE T fused(T x, T y, T z) {
#ifdef __FMA__
  if constexpr (sizeof(T) == 4) {
    return __builtin_fmaf(x, y, z);
  } else {
    return __builtin_fma(x, y, z);
  }
#else
  return x * y + z;
#endif
}

// c0 + c1 x + c2 x^2 + ...
template <typename T>
LAMINET_INLINE T polynomial(T, T constant) {
  return constant;
}
template <typename T, typename... Rest>
LAMINET_INLINE T polynomial(T x, T constant, Rest... rest) {
  return fused(polynomial(x, rest...), x, constant);
}

// 2^n for -126 <= n <= 127
LAMINET_INLINE float power_of_two(int32_t n) { return from_bits(static_cast<uint32_t>(n + 127) << 23); }

// x = n ln2 + r with |r| <= ln2 / 2; expm1 is e^r - 1.
struct ReducedExponent {
  int32_t n;
  float expm1;
};
LAMINET_INLINE ReducedExponent reduce_exponent(float x) {
  const float shifted = fused(x, kLog2E, kRound);
  const float n = shifted - kRound;
  const float r = fused(n, -kLn2Low, fused(n, -kLn2High, x));
  const float q = polynomial(r, 0.5f, 0.166666672f, 0.0416663513f, 0.0083332723f, 0.00139412063f, 0.000199144488f);
  return {static_cast<int32_t>(to_bits(shifted) - to_bits(kRound)), fused(r * r, q, r)};
}

LAMINET_INLINE float exp(float x) {
  const float high = x > 89.0f ? 89.0f : x;
  const ReducedExponent reduced = reduce_exponent(high < -104.0f ? -104.0f : high);
  const int32_t half = reduced.n >> 1;  // two factors: neither overflows, and a denormal result is rounded once
  return (reduced.expm1 + 1.0f) * power_of_two(half) * power_of_two(reduced.n - half);
}

LAMINET_INLINE float expm1(float x) {
  const float high = x > 89.0f ? 89.0f : x;
  const ReducedExponent reduced = reduce_exponent(high < -30.0f ? -30.0f : high);
  const float half_scale = power_of_two(reduced.n - 1);
  const float y = 2.0f * fused(half_scale, reduced.expm1, half_scale - 0.5f);
  return reduced.n == 0 ? reduced.expm1 : y;
}

// log(m 2^e) for m = 1 + f in [sqrt(1/2), sqrt(2))
LAMINET_INLINE float log_of_parts(float f, float e) {
  const float p = polynomial(f, 0.333333164f, -0.250008166f, 0.20002307f, -0.166243553f, 0.141805977f, -0.13130264f, 0.128865317f,
                             -0.0786136314f);
  const float tail = fused(f * f, fused(f, p, -0.5f), e * kLn2Low);
  return fused(e, kLn2High, f + tail);
}

LAMINET_INLINE float log(float x) {
  const bool tiny = x < 1.17549435e-38f;
  const uint32_t bits = to_bits(tiny ? x * 8388608.0f : x) - 0x3f3504f3u;
  const float e = static_cast<float>(static_cast<int32_t>(bits) >> 23) - (tiny ? 23.0f : 0.0f);
  const float y = log_of_parts(from_bits((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f, e);
  const float positive = x < kInfinity ? y : x;
  const float edge = x == 0.0f ? -kInfinity : kNaN;
  return (x > 0.0f) | (x != x) ? positive : edge;
}

// log(u) and a correction for what 1 + x has rounded away.
LAMINET_INLINE float log1p(float x) {
  const float u = 1.0f + x;
  const float y = log(u) + (x - (u - 1.0f)) / u;
  const float finite = (u > 0.0f) & (u < kInfinity) ? y : log(u);
  return magnitude(x) < 1e-10f ? x : finite;
}

LAMINET_INLINE float sigmoid(float x) {
  const float e = exp(-magnitude(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

LAMINET_INLINE float tanh(float x) {
  const float t = expm1(-2.0f * magnitude(x));
  return with_sign(t / (2.0f + t), x);
}

// max(x, 0) + log1p(e^-|x|), whose argument lies between 0 and 1
LAMINET_INLINE float softplus(float x) {
  const float e = exp(-magnitude(x)), u = 1.0f + e;
  const bool upper = u > 1.41421356f;
  const float y = log_of_parts((upper ? 0.5f * u : u) - 1.0f, upper ? 1.0f : 0.0f) + (e - (u - 1.0f)) / u;
  return (x > 0.0f ? x : 0.0f) + y;
}

LAMINET_INLINE float erf(float x) {
  const float size = magnitude(x), square = x * x;
  const float small = x * polynomial(square, 1.12837911f, -0.37612626f, 0.112835854f, -0.0268538129f, 0.00518832775f, -0.000801019371f,
                                     7.85386073e-05f);
  const float bounded = size > 4.0f ? 4.0f : size;
  const float exponent = polynomial(bounded, -0.000188468432f, 1.12958026f, 0.633216381f, 0.108422101f, -0.0252103414f, 0.00420528557f,
                                    -0.000441472774f, 2.16976241e-05f);  // -log(erfc)
  const float large = with_sign(1.0f - exp(-exponent), x);
  return size > 1.0f ? large : small;
}

// Up to here an angle's reduction is exact enough; beyond, use C's functions.
inline constexpr float kLargestAngle = 1e6f;

// x = n pi/2 + r; the sine of x (shift 0) or its cosine (shift 1).
LAMINET_INLINE float sine_of(float x, uint64_t shift) {
  constexpr double round = 6755399441055744.0;  // 1.5 * 2^52
  const double wide = x;
  const double shifted = fused(wide, 0.63661977236758134, round);
  const double n = shifted - round;
  const double high = wide - n * 1.57079632673412561417;  // 33 bits of pi/2: exact
  const float r = static_cast<float>(high - n * 6.07710050650619224932e-11);
  const auto quadrant = static_cast<uint32_t>(to_bits(shifted) + shift);
  const float z = r * r;
  const float sine = fused(r * z, polynomial(z, -0.166666672f, 0.00833332911f, -0.000198392954f, 2.71793988e-06f), r);
  const float cosine =
      fused(z * z, polynomial(z, 0.0416666679f, -0.00138888834f, 2.47994794e-05f, -2.72067894e-07f), fused(z, -0.5f, 1.0f));
  const float y = (quadrant & 1) != 0 ? cosine : sine;
  return from_bits(to_bits(y) ^ ((quadrant & 2) << 30));
}
LAMINET_INLINE float sin(float x) { return sine_of(x, 0); }
LAMINET_INLINE float cos(float x) { return sine_of(x, 1); }

// log2 of a finite float32 > 0 in float64: 2 atanh((m - 1) / (m + 1)) for the mantissa m in [sqrt(1/2), sqrt(2)).
LAMINET_INLINE double log2_wide(float x) {
  constexpr uint64_t root_half = 0x3fe6a09e667f3bcdu;
  const uint64_t bits = to_bits(static_cast<double>(x)) - root_half + (uint64_t{1024} << 52);
  const double e = from_bits((bits >> 52) | 0x4330000000000000u) - (4503599627370496.0 + 1024.0);
  const double m = from_bits((bits & 0xfffffffffffffu) + root_half);
  const double s = (m - 1.0) / (m + 1.0), z = s * s;
  const double series = polynomial(z, 0.66666666666667196, 0.39999999999488522, 0.2857142872890181, 0.22222199762133199,
                                   0.18183509714039006, 0.15315309388840806, 0.14784444561866686);
  return fused(s * z, series, 2.0 * s) * 1.4426950408889634 + e;
}

LAMINET_INLINE float exp2_wide(double x) {
  constexpr double round = 6755399441055744.0;
  const double high = x > 200.0 ? 200.0 : x;
  const double bounded = high < -200.0 ? -200.0 : high;
  const double shifted = bounded + round;
  const double r = bounded - (shifted - round);
  const double q = polynomial(r, 0.24022650695910147, 0.055504108664630937, 0.0096181291075848243, 0.0013333558208096256,
                              0.00015403530470596127, 1.5252667682185482e-05, 1.3215428171245665e-06, 1.0206998452131983e-07,
                              7.0750297658141879e-09);
  const double y = fused(r * r, q, fused(r, 0.69314718055994531, 1.0));
  return static_cast<float>(y * from_bits((to_bits(shifted) + 1023) << 52));
}

// pow in two halves, since compilers give up on loops over both: the power of finite numbers above zero, then the cases of C's pow.
LAMINET_INLINE float power_of_size(float x, float y) { return exp2_wide(static_cast<double>(y) * log2_wide(magnitude(x))); }

LAMINET_INLINE float pow_of_power(float x, float y, float finite) {
  const float size = magnitude(x), y_size = magnitude(y);
  const bool edge = (size == 0.0f) | (size == kInfinity);
  const float at_edge = (size == 0.0f) == (y > 0.0f) ? 0.0f : kInfinity;
  const float power = edge ? at_edge : finite;
  const float shifted = y_size < 8388608.0f ? y_size + 8388608.0f : y_size;  // from 2^23 to 2^24 the lowest bit tells odd from even
  const bool integer = (y_size >= 8388608.0f) | (shifted - 8388608.0f == y_size);
  const uint32_t odd_sign = to_bits(x) & (to_bits(shifted) << 31) & 0x80000000u;
  const float real = from_bits(to_bits(power) | (integer & (y_size < 16777216.0f) ? odd_sign : 0u));
  const float value = (x < 0.0f) & !edge & !integer ? kNaN : real;
  const float known = (x != x) | (y != y) ? x + y : value;
  return (y == 0.0f) | (x == 1.0f) | ((x == -1.0f) & (y_size == kInfinity)) ? 1.0f : known;
}

}  // namespace vector_math
}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
