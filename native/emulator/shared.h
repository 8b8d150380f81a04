// LAMINET_SHARED on the emulated device: elements that check who reads and writes them. Read and written like elements of an array; helpers
// take the array as `template <typename Shared> f(Shared& name)`, or a part of it, `name + 32`, by value.
#pragma once

#include <type_traits>

#include "emulator/device_calls.h"

namespace laminet::emulator {

template <typename T>
class SharedElement {
 public:
  SharedElement(laminet_emulator_shared_array* array, int64_t index) : array_(array), index_(index) {}
  SharedElement(const SharedElement&) = default;

  operator T() const { return get(); }
  const SharedElement& operator=(const SharedElement& other) const { return *this = other.get(); }
  const SharedElement& operator=(const T& value) const {
    laminet_emulator_touch_shared(array_, index_, &value);
    *place() = value;
    return *this;
  }
  const SharedElement& operator+=(const T& value) const { return *this = static_cast<T>(get() + value); }
  const SharedElement& operator-=(const T& value) const { return *this = static_cast<T>(get() - value); }
  const SharedElement& operator*=(const T& value) const { return *this = static_cast<T>(get() * value); }
  const SharedElement& operator|=(const T& value) const { return *this = static_cast<T>(get() | value); }
  const SharedElement& operator&=(const T& value) const { return *this = static_cast<T>(get() & value); }

 private:
  T get() const {
    laminet_emulator_touch_shared(array_, index_, nullptr);
    return *place();
  }
  T* place() const { return reinterpret_cast<T*>(array_->data) + index_; }

  laminet_emulator_shared_array* array_;
  int64_t index_;
};

template <typename T>
class SharedArray {
 public:
  SharedArray(laminet_emulator_shared_array* array, int64_t first) : array_(array), first_(first) {
    if (array->block != laminet_emulator_block) laminet_emulator_open_shared(array);
  }
  SharedElement<T> operator[](int64_t index) const { return {array_, first_ + index}; }
  SharedArray operator+(int64_t offset) const { return {array_, first_ + offset}; }

 private:
  laminet_emulator_shared_array* array_;
  int64_t first_;
};

}  // namespace laminet::emulator

#define LAMINET_SHARED(T, name, count)                                                                                  \
  static_assert(std::is_trivially_copyable_v<T>);                                                                       \
  static laminet_emulator_shared_array name##_of_source{#name, sizeof(T), static_cast<int64_t>(count), 0, nullptr, nullptr}; \
  const ::laminet::emulator::SharedArray<T> name(&name##_of_source, 0)
