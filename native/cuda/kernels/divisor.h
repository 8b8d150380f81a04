// Division by a number that is known beforehand, for taking indices apart: a multiplication and a shift instead of twenty instructions.
#pragma once

#include <bit>
#include <cstdint>

#ifdef LAMINET_EMULATED
#include "device.h"
#endif

namespace laminet::cuda {

// T. Granlund and P. L. Montgomery, "Division by invariant integers using multiplication" (PLDI 1994): a multiplier for dividends below
// 2^31, and one for all others.
struct Divisor {
  uint64_t wide_multiplier = 1;
  uint32_t multiplier = 1;
  uint32_t shift = 0;

  Divisor() = default;
  explicit Divisor(int64_t divisor) {
    const auto value = static_cast<uint64_t>(divisor);
    const auto multiplier_for = [&](int bits) {
      using Wide = unsigned __int128;
      return static_cast<uint64_t>((((Wide{1} << shift) - value) << bits) / value + 1);
    };
    shift = static_cast<uint32_t>(std::bit_width(value - 1));
    multiplier = static_cast<uint32_t>(multiplier_for(32));
    wide_multiplier = multiplier_for(64);
  }
};

#if defined(__CUDACC__) || defined(LAMINET_EMULATED)
// `dividend` is not negative.
__device__ inline int64_t quotient(int64_t dividend, const Divisor& divisor) {
  const auto wide = static_cast<uint64_t>(dividend);
  if (wide >> 31 != 0 || divisor.shift > 31) return static_cast<int64_t>((__umul64hi(wide, divisor.wide_multiplier) + wide) >> divisor.shift);
  const auto small = static_cast<uint32_t>(dividend);
  return (__umulhi(small, divisor.multiplier) + small) >> divisor.shift;
}
#endif

}  // namespace laminet::cuda
