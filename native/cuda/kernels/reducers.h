// What reductions compute: a state that starts as the neutral element, takes elements in, and joins with other states in any order.
#pragma once

#include <limits>

#include "cuda/kernels/device.h"

namespace laminet::cuda {

// What elements of T are added and compared in.
template <typename T>
using ReduceValue = std::conditional_t<std::is_integral_v<T>, int32_t, Accumulator<T>>;

template <typename T>
__device__ inline ReduceValue<T> reduce_value(T x) {
  if constexpr (std::is_integral_v<T>) {
    return x;
  } else {
    return widen(x);
  }
}

template <typename T, typename Value>
__device__ inline T reduce_result(Value x) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(x);
  } else {
    return narrow<T>(x);
  }
}

// sum, prod. Integers wrap around.
template <typename T>
struct Totals {
  using State = ReduceValue<T>;
  using Result = T;
  static constexpr bool kIndexed = false;
  bool product;

  __device__ State start() const { return product ? State(1) : State(0); }
  __device__ State join(State x, State y) const {
    if constexpr (std::is_integral_v<T>) {
      const auto a = static_cast<uint32_t>(x), b = static_cast<uint32_t>(y);
      return static_cast<State>(product ? a * b : a + b);
    } else {
      return product ? x * y : x + y;
    }
  }
  __device__ Result result(State state) const { return reduce_result<T>(state); }
};

// True when y goes before x: NaN before all, then the larger (or smaller) number.
template <typename Value>
__device__ inline bool goes_before(Value y, Value x, bool smallest) {
  return x == x && (y != y || (smallest ? y < x : y > x));
}

// max, min.
template <typename T>
struct Extremes {
  using State = ReduceValue<T>;
  using Result = T;
  static constexpr bool kIndexed = false;
  bool smallest;

  __device__ State start() const {
    if constexpr (std::is_integral_v<T>) {
      return smallest ? std::numeric_limits<T>::max() : std::numeric_limits<T>::lowest();
    } else {
      const State infinity = std::numeric_limits<State>::infinity();
      return smallest ? infinity : -infinity;
    }
  }
  __device__ State join(State x, State y) const { return goes_before(y, x, smallest) ? y : x; }
  __device__ Result result(State state) const { return reduce_result<T>(state); }
};

template <typename Value>
struct alignas(2 * sizeof(Value)) Place {
  Value value;
  int32_t index;  // -1: of nothing yet
};

// arg_max, arg_min: the lowest index among equals; 0 where there is no element.
template <typename T>
struct ArgExtremes {
  using State = Place<ReduceValue<T>>;
  using Result = int32_t;
  static constexpr bool kIndexed = true;
  bool smallest;

  __device__ State start() const { return {0, -1}; }
  __device__ State join(State x, State y) const {
    if (x.index < 0 || y.index < 0) return y.index < 0 ? x : y;
    if (goes_before(y.value, x.value, smallest)) return y;
    if (goes_before(x.value, y.value, smallest)) return x;
    return y.index < x.index ? y : x;
  }
  __device__ Result result(State state) const { return state.index < 0 ? 0 : state.index; }
};

// An element, or a partial result, as a state. `index` is its place on the reduced axis.
template <typename Reducer, typename In>
__device__ inline typename Reducer::State reduce_state(In x, int64_t index) {
  if constexpr (std::is_same_v<In, typename Reducer::State>) {
    return x;
  } else if constexpr (Reducer::kIndexed) {
    return {reduce_value(x), static_cast<int32_t>(index)};
  } else {
    return reduce_value(x);
  }
}

// The state of the lane whose number differs in `bits`.
template <typename Value>
__device__ inline Value shuffle_state(Value state, int bits) {
  return __shfl_xor_sync(0xffffffffU, state, bits);
}
template <typename Value>
__device__ inline Place<Value> shuffle_state(Place<Value> state, int bits) {
  return {__shfl_xor_sync(0xffffffffU, state.value, bits), __shfl_xor_sync(0xffffffffU, state.index, bits)};
}

}  // namespace laminet::cuda
