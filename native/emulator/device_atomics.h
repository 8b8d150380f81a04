// Atomic functions of device code. Integers only: sums of floats in any order would make results depend on the order of threads.
#pragma once

#include <type_traits>

namespace laminet::emulator {

// Threads run one at a time here and change only at barriers, so a plain exchange is atomic.
template <typename T>
T exchange(T* address, T value) {
  static_assert(std::is_integral_v<T>, "no atomics on floats");
  const T before = *address;
  *address = value;
  return before;
}

}  // namespace laminet::emulator

template <typename T>
T atomicAdd(T* address, std::type_identity_t<T> value) {
  return laminet::emulator::exchange(address, static_cast<T>(*address + value));
}
template <typename T>
T atomicMax(T* address, std::type_identity_t<T> value) {
  return laminet::emulator::exchange(address, *address < value ? value : *address);
}
template <typename T>
T atomicMin(T* address, std::type_identity_t<T> value) {
  return laminet::emulator::exchange(address, value < *address ? value : *address);
}
template <typename T>
T atomicOr(T* address, std::type_identity_t<T> value) {
  return laminet::emulator::exchange(address, static_cast<T>(*address | value));
}
template <typename T>
T atomicExch(T* address, std::type_identity_t<T> value) {
  return laminet::emulator::exchange(address, value);
}
template <typename T>
T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  return laminet::emulator::exchange(address, *address == expected ? value : *address);
}
