// The arithmetic that formulas of pointwise.h are made of, for floats and integers alike. Integers wrap around; NaN is kept.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "float16.h"
#include "host_device.h"

namespace laminet {
inline namespace LAMINET_ISA {
namespace math {

// The unsigned type in which integers wrap without undefined behaviour; floats stay themselves.
template <typename T, bool = std::is_integral_v<T>>
struct Wrapping {
  using type = T;
};
template <typename T>
struct Wrapping<T, true> {
  using type = uint32_t;
};
template <typename T>
using wrapping = typename Wrapping<T>::type;

template <typename T>
LAMINET_HD T plus(T x, T y) {
  return static_cast<T>(static_cast<wrapping<T>>(x) + static_cast<wrapping<T>>(y));
}

template <typename T>
LAMINET_HD T minus(T x, T y) {
  return static_cast<T>(static_cast<wrapping<T>>(x) - static_cast<wrapping<T>>(y));
}

template <typename T>
LAMINET_HD T times(T x, T y) {
  return static_cast<T>(static_cast<wrapping<T>>(x) * static_cast<wrapping<T>>(y));
}

template <typename T>
LAMINET_HD T negative(T x) {
  if constexpr (std::is_integral_v<T>) {
    return minus(T(0), x);
  } else {
    return -x;
  }
}

template <typename T>
LAMINET_HD T magnitude(T x) {
  if constexpr (std::is_integral_v<T>) {
    return x < T(0) ? negative(x) : x;
  } else {
    return std::abs(x);
  }
}

template <typename T>
LAMINET_HD T larger(T x, T y) {
  return x > y || x != x ? x : y;
}

template <typename T>
LAMINET_HD T smaller(T x, T y) {
  return x < y || x != x ? x : y;
}

// Integers: toward zero, and 0 where the divisor is 0.
template <typename T>
LAMINET_HD T quotient(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    if (y == T(0)) return T(0);
    if constexpr (std::is_signed_v<T>) {
      if (y == T(-1)) return negative(x);  // the smallest integer has no positive twin: the processor would trap
    }
  }
  return x / y;
}

// The remainder with the sign of the divisor, as Python's %.
template <typename T>
LAMINET_HD T modulo(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    if (y == T(0)) return T(0);
    if constexpr (std::is_signed_v<T>) {
      if (y == T(-1)) return T(0);
    }
    const T remainder = static_cast<T>(x % y);
    if constexpr (std::is_signed_v<T>) {
      if (remainder != T(0) && (remainder < T(0)) != (y < T(0))) return static_cast<T>(remainder + y);
    }
    return remainder;
  } else {
    const T remainder = std::fmod(x, y);
    if (remainder == T(0)) return std::copysign(T(0), y);
    return (remainder < T(0)) != (y < T(0)) ? remainder + y : remainder;
  }
}

// Integers: by squaring; a negative exponent gives the quotient 1 / x^-y rounded toward zero.
template <typename T>
LAMINET_HD T power(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_signed_v<T>) {
      if (y < T(0)) {
        if (x == T(1)) return T(1);
        return x == T(-1) ? ((y & 1) != 0 ? x : T(1)) : T(0);
      }
    }
    T result = T(1);
    for (T base = x; y > T(0); y = static_cast<T>(y >> 1), base = times(base, base)) {
      if ((y & 1) != 0) result = times(result, base);
    }
    return result;
  } else {
    return std::pow(x, y);
  }
}

// One exponential of a number below zero: it cannot overflow.
template <typename T>
LAMINET_HD T sigmoid(T x) {
  const T e = std::exp(-std::abs(x));
  return (x < T(0) ? e : T(1)) / (T(1) + e);
}

// M. Giles, "Approximating the erfinv function" (GPU Computing Gems, Jade edition, 2011): single precision.
template <typename T>
LAMINET_HD T erf_inverse_single(T x) {
  T w = -std::log((T(1) - x) * (T(1) + x));
  T p;
  if (w < T(5)) {
    w -= T(2.5);
    p = T(2.81022636e-08);
    p = T(3.43273939e-07) + p * w;
    p = T(-3.5233877e-06) + p * w;
    p = T(-4.39150654e-06) + p * w;
    p = T(0.00021858087) + p * w;
    p = T(-0.00125372503) + p * w;
    p = T(-0.00417768164) + p * w;
    p = T(0.246640727) + p * w;
    p = T(1.50140941) + p * w;
  } else {
    w = std::sqrt(w) - T(3);
    p = T(-0.000200214257);
    p = T(0.000100950558) + p * w;
    p = T(0.00134934322) + p * w;
    p = T(-0.00367342844) + p * w;
    p = T(0.00573950773) + p * w;
    p = T(-0.0076224613) + p * w;
    p = T(0.00943887047) + p * w;
    p = T(1.00167406) + p * w;
    p = T(2.83297682) + p * w;
  }
  return p * x;
}

// Infinite at +-1, NaN beyond.
template <typename T>
LAMINET_HD T erf_inverse(T x) {
  const T tail = T(1) - std::abs(x);
  if (!(tail > T(0))) return tail == T(0) ? x / tail : (x - x) / (x - x);
  T y = erf_inverse_single(x);
  if constexpr (sizeof(T) == 8) {  // Halley's method; on erfc near 1, where erf has lost the digits of the tail
    T root = std::abs(y);
    if (tail < T(1e-7)) {  // beyond the range of the polynomial: erfc(r) is about exp(-r^2) / (r sqrt(pi))
      const T square = -std::log(tail * T(1.772453850905516));
      root = std::sqrt(square - T(0.5) * std::log(square));
    }
    for (int step = 0; step < 3; ++step) {
      const T difference = tail > T(0.5) ? std::erf(root) - std::abs(x) : tail - std::erfc(root);
      const T newton = difference * T(0.8862269254527580136) * std::exp(root * root);
      root -= newton / (T(1) + root * newton);
    }
    y = std::copysign(root, x);
  }
  return y;
}

// The `cast` op. To boolean: != 0. Float to integer: toward zero, saturated, NaN gives 0. Integer to integer: wraps. To a smaller float:
// rounded once, to nearest even.
template <typename To, typename From>
LAMINET_HD To convert(From x) {
  if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (is_float16_type<From>) {
    return convert<To>(static_cast<float>(x));
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    constexpr From low = std::is_signed_v<To> ? From(-2147483648.0) : From(0);
    constexpr From high = sizeof(To) == 4 ? From(2147483648.0) : From(256);
    if (!(x == x)) return To(0);
    if (x <= low) return static_cast<To>(low);
    if (x >= high) return static_cast<To>(sizeof(To) == 4 ? 2147483647 : 255);
  }
  return static_cast<To>(x);
}

}  // namespace math
}  // namespace LAMINET_ISA
}  // namespace laminet
