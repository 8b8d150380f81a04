// Barriers, votes and shuffles of device code on the emulated device.
#pragma once

#include <type_traits>

#include "emulator/device_calls.h"

inline void __syncthreads() { laminet_emulator_barrier(); }
inline void __syncwarp(unsigned mask = 0xffffffffU) { laminet_emulator_warp_barrier(mask); }
inline void __threadfence() {}        // threads run one at a time here
inline void __threadfence_block() {}
[[noreturn]] inline void __trap() { laminet_emulator_trap("__trap"); }

inline unsigned __ballot_sync(unsigned mask, int predicate) { return laminet_emulator_ballot(mask, predicate); }
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, !predicate) == 0; }

namespace laminet::emulator {

template <typename T>
T shuffle(char mode, unsigned mask, const T& value, unsigned operand, int width) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
  T result;
  laminet_emulator_shuffle(mode, mask, operand, width, &value, &result, sizeof(T));
  return result;
}

}  // namespace laminet::emulator

template <typename T>
T __shfl_sync(unsigned mask, T value, int lane, int width = 32) {
  return laminet::emulator::shuffle('i', mask, value, static_cast<unsigned>(lane), width);
}
template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return laminet::emulator::shuffle('u', mask, value, delta, width);
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return laminet::emulator::shuffle('d', mask, value, delta, width);
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32) {
  return laminet::emulator::shuffle('x', mask, value, static_cast<unsigned>(bits), width);
}
