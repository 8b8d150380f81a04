// Division by a number that is known when a kernel is launched: a multiplication and a shift instead of dozens of
// instructions.
#pragma once

#include <bit>
#include <cstdint>

#include "runtime/host_device.h"

namespace laminet::cuda {

// Divides dividends below 2^31 by `divisor`, from 1 to 2^31: with 2^(s-1) < divisor <= 2^s and magic = 2^(31+s) / divisor, rounded up, the
// error dividend * (magic * divisor - 2^(31+s)) stays below 2^(31+s), so that the quotient is exact (T. Granlund, P. Montgomery, "Division
// by invariant integers using multiplication", 1994).
struct Divider {
  uint32_t divisor = 1;
  uint32_t magic = 1U << 31;
  uint32_t shift = 31;

  Divider() = default;
  explicit Divider(int64_t by) : divisor(static_cast<uint32_t>(by)) {
    shift = 31 + static_cast<uint32_t>(std::bit_width(divisor - 1));
    magic = static_cast<uint32_t>(((uint64_t{1} << shift) + divisor - 1) / divisor);
  }

  LAMINET_HD uint32_t quotient(uint32_t dividend) const {
    return static_cast<uint32_t>((static_cast<uint64_t>(dividend) * magic) >> shift);
  }
};

// Divides any dividend that is not negative, in the same way.
struct WideDivider {
  uint64_t magic = 1;  // 2^64 less than it really is, so that it fits
  uint32_t shift = 0;

  WideDivider() = default;
  explicit WideDivider(int64_t by) : shift(static_cast<uint32_t>(std::bit_width(static_cast<uint64_t>(by) - 1))) {
    using Wide = unsigned __int128;
    const auto divisor = static_cast<uint64_t>(by);
    magic = static_cast<uint64_t>((((Wide{1} << shift) - divisor) << 64) / divisor + 1);
  }

  LAMINET_HD int64_t quotient(int64_t dividend) const {
    const auto wide = static_cast<uint64_t>(dividend);
#ifdef __CUDA_ARCH__
    const uint64_t high = __umul64hi(wide, magic);
#else
    const auto high = static_cast<uint64_t>((static_cast<unsigned __int128>(wide) * magic) >> 64);
#endif
    return static_cast<int64_t>((high + wide) >> shift);
  }
};

// Takes the last digit off a number that counts in the base of `divider`: returns it and leaves the digits before it.
LAMINET_HD uint32_t take_digit(const Divider& divider, uint32_t& number) {
  const uint32_t rest = divider.quotient(number), digit = number - rest * divider.divisor;
  number = rest;
  return digit;
}

// What kernels that count in 32 bits can count to.
inline constexpr int64_t kMostIndices = (int64_t{1} << 31) - 1;

}  // namespace laminet::cuda
