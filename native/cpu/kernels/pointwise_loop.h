// The loop of every formula, for one instruction set.
#pragma once

#include <type_traits>

#include "isa.h"
#include "pointwise_tiles.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

// What a lane computes; specialised where something better than the formula's library call is known.
template <typename Formula, typename T>
struct Lane {
  static auto apply(T x, T y, T z, T a, T b) { return Formula::template apply<T>(x, y, z, a, b); }
};

template <typename Formula, typename T>
void run_formula(int64_t count, const void* x, const void* y, const void* z, void* result, double a, double b) {
  constexpr PointwiseInfo info = kPointwise[static_cast<int>(Formula::code)];
  using First = std::conditional_t<Formula::code == Pointwise::select, uint8_t, T>;
  using Result = std::conditional_t<info.result == PointwiseResult::boolean, uint8_t, T>;
  const First* xs = static_cast<const First*>(x);
  const T* ys = static_cast<const T*>(y);
  const T* zs = static_cast<const T*>(z);
  Result* results = static_cast<Result*>(result);
  const T attribute_a = math::convert<T>(a), attribute_b = math::convert<T>(b);
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) {
    const T lane_y = info.arity > 1 ? ys[i] : T(0), lane_z = info.arity > 2 ? zs[i] : T(0);
    results[i] = static_cast<Result>(Lane<Formula, T>::apply(static_cast<T>(xs[i]), lane_y, lane_z, attribute_a, attribute_b));
  }
}

template <typename Formula, typename T>
constexpr bool accepts() {
  constexpr PointwiseOperands operands = kPointwise[static_cast<int>(Formula::code)].operands;
  switch (operands) {
    case PointwiseOperands::any:
    case PointwiseOperands::numbers: return true;
    case PointwiseOperands::signed_numbers: return std::is_signed_v<T>;
    case PointwiseOperands::floats: return std::is_floating_point_v<T>;
    default: return std::is_same_v<T, uint8_t>;
  }
}

template <typename Formula, typename T>
constexpr TileFunction formula_or_null() {
  if constexpr (accepts<Formula, T>()) {
    return run_formula<Formula, T>;
  } else {
    return nullptr;
  }
}

// By Pointwise.
extern const TileFunction formulas_f32[], formulas_f64[], formulas_i32[], formulas_u8[];
TileFunction find_cast(DType from, DType to);
RandomFunction find_random(bool normal, DType dtype);
void expand_tile(const TilePattern& pattern, size_t element_bytes, int64_t start, int64_t count, const void* source, void* destination);

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
