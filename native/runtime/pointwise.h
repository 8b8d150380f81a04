// Every pointwise op: one line, one formula. Backends expand LAMINET_POINTWISE into loops, switches or device code; the verifier reads
// the same lines as a table. Adding an op is adding a line here (and a row in lib/ops/unary.ts).
#pragma once

#include <array>
#include <string_view>

#include "pointwise_math.h"
#include "program.h"

// X(name, arity, operands, result, attribute0, attribute1, formula): the formula reads operands x, y, z and attributes a, b, all of
// type T. Booleans are uint8_t with 0 or 1; select gets its condition converted to T.
#define LAMINET_POINTWISE(X)                                                                                  \
  X(identity, 1, any, same, "", "", x)                                                                        \
  X(broadcast, 1, any, same, "", "", x)                                                                       \
  X(neg, 1, signed_numbers, same, "", "", math::negative(x))                                                  \
  X(abs, 1, signed_numbers, same, "", "", math::magnitude(x))                                                 \
  X(sign, 1, signed_numbers, same, "", "", x > T(0) ? T(1) : x < T(0) ? T(-1) : x)                            \
  X(square, 1, signed_numbers, same, "", "", math::times(x, x))                                               \
  X(relu, 1, signed_numbers, same, "", "", x < T(0) ? T(0) : x)                                               \
  X(clip, 1, signed_numbers, same, "min", "max", math::smaller(math::larger(x, a), b))                        \
  X(exp, 1, floats, same, "", "", std::exp(x))                                                                \
  X(expm1, 1, floats, same, "", "", std::expm1(x))                                                            \
  X(log, 1, floats, same, "", "", std::log(x))                                                                \
  X(log1p, 1, floats, same, "", "", std::log1p(x))                                                            \
  X(sqrt, 1, floats, same, "", "", std::sqrt(x))                                                              \
  X(rsqrt, 1, floats, same, "", "", T(1) / std::sqrt(x))                                                      \
  X(reciprocal, 1, floats, same, "", "", T(1) / x)                                                            \
  X(sin, 1, floats, same, "", "", std::sin(x))                                                                \
  X(cos, 1, floats, same, "", "", std::cos(x))                                                                \
  X(tan, 1, floats, same, "", "", std::tan(x))                                                                \
  X(asin, 1, floats, same, "", "", std::asin(x))                                                              \
  X(acos, 1, floats, same, "", "", std::acos(x))                                                              \
  X(atan, 1, floats, same, "", "", std::atan(x))                                                              \
  X(sinh, 1, floats, same, "", "", std::sinh(x))                                                              \
  X(cosh, 1, floats, same, "", "", std::cosh(x))                                                              \
  X(tanh, 1, floats, same, "", "", std::tanh(x))                                                              \
  X(sigmoid, 1, floats, same, "", "", math::sigmoid(x))                                                       \
  X(softplus, 1, floats, same, "", "", (x > T(0) ? x : T(0)) + std::log1p(std::exp(-std::abs(x))))            \
  X(erf, 1, floats, same, "", "", std::erf(x))                                                                \
  X(erf_inv, 1, floats, same, "", "", math::erf_inverse(x))                                                   \
  X(floor, 1, floats, same, "", "", std::floor(x))                                                            \
  X(ceil, 1, floats, same, "", "", std::ceil(x))                                                              \
  X(round, 1, floats, same, "", "", std::rint(x))                                                             \
  X(leaky_relu, 1, floats, same, "alpha", "", x >= T(0) ? x : a * x)                                          \
  X(elu, 1, floats, same, "alpha", "", x > T(0) ? x : a * std::expm1(x))                                      \
  X(is_nan, 1, floats, boolean, "", "", x != x)                                                               \
  X(is_finite, 1, floats, boolean, "", "", x - x == T(0))                                                     \
  X(is_inf, 1, floats, boolean, "", "", x == x && x - x != T(0))                                              \
  X(logical_not, 1, booleans, boolean, "", "", x == T(0))                                                     \
  X(add, 2, numbers, same, "", "", math::plus(x, y))                                                          \
  X(sub, 2, numbers, same, "", "", math::minus(x, y))                                                         \
  X(mul, 2, numbers, same, "", "", math::times(x, y))                                                         \
  X(div, 2, numbers, same, "", "", math::quotient(x, y))                                                      \
  X(pow, 2, numbers, same, "", "", math::power(x, y))                                                         \
  X(mod, 2, numbers, same, "", "", math::modulo(x, y))                                                        \
  X(maximum, 2, numbers, same, "", "", math::larger(x, y))                                                    \
  X(minimum, 2, numbers, same, "", "", math::smaller(x, y))                                                   \
  X(atan2, 2, floats, same, "", "", std::atan2(x, y))                                                         \
  X(relu_backward, 2, floats, same, "", "", x > T(0) ? y : T(0))                                              \
  X(leaky_relu_backward, 2, floats, same, "alpha", "", x >= T(0) ? y : a * y)                                 \
  X(equal, 2, numbers, boolean, "", "", x == y)                                                               \
  X(not_equal, 2, numbers, boolean, "", "", x != y)                                                           \
  X(less, 2, numbers, boolean, "", "", x < y)                                                                 \
  X(less_equal, 2, numbers, boolean, "", "", x <= y)                                                          \
  X(greater, 2, numbers, boolean, "", "", x > y)                                                              \
  X(greater_equal, 2, numbers, boolean, "", "", x >= y)                                                       \
  X(logical_and, 2, booleans, boolean, "", "", (x != T(0)) & (y != T(0)))                                     \
  X(logical_or, 2, booleans, boolean, "", "", (x != T(0)) | (y != T(0)))                                      \
  X(select, 3, any, same, "", "", x != T(0) ? y : z)

namespace laminet {

// Opcodes: `Pointwise::leaky_relu`. `cast` is not among them: it joins two types (math::convert).
enum class Pointwise : uint8_t {
#define LAMINET_CODE(name, ...) name,
  LAMINET_POINTWISE(LAMINET_CODE)
#undef LAMINET_CODE
};

enum class PointwiseOperands : uint8_t { any, numbers /* F, i32, u8 */, signed_numbers /* F, i32 */, floats, booleans };
enum class PointwiseResult : uint8_t { same, boolean };

struct PointwiseInfo {
  const char* name;
  int arity;
  PointwiseOperands operands;
  PointwiseResult result;
  std::array<const char*, 2> attributes;  // "" where there is none
};

inline constexpr PointwiseInfo kPointwise[] = {
#define LAMINET_INFO(name, arity, operands, result, attribute0, attribute1, formula) \
  {#name, arity, PointwiseOperands::operands, PointwiseResult::result, {attribute0, attribute1}},
    LAMINET_POINTWISE(LAMINET_INFO)
#undef LAMINET_INFO
};

inline constexpr int kPointwiseCount = static_cast<int>(sizeof kPointwise / sizeof kPointwise[0]);

// The row of kPointwise (and the value of Pointwise) of the op called `name`; -1 when it is not pointwise.
inline int find_pointwise(std::string_view name) {
  for (int code = 0; code < kPointwiseCount; ++code) {
    if (name == kPointwise[code].name) return code;
  }
  return -1;
}

inline namespace LAMINET_ISA {

// The formulas: `formula::leaky_relu::apply<float>(x, 0, 0, alpha, 0)` gives a float, comparisons a bool.
namespace formula {
#define LAMINET_FORMULA(name, arity, operands, result, attribute0, attribute1, formula)         \
  struct name {                                                                                 \
    static constexpr Pointwise code = Pointwise::name;                                          \
    template <typename T>                                                                       \
    LAMINET_HD static auto apply([[maybe_unused]] T x, [[maybe_unused]] T y, [[maybe_unused]] T z, \
                                 [[maybe_unused]] T a, [[maybe_unused]] T b) {                  \
      return formula;                                                                           \
    }                                                                                           \
  };
LAMINET_POINTWISE(LAMINET_FORMULA)
#undef LAMINET_FORMULA
}  // namespace formula

// The attributes a and b of `instruction`, an application of `code`, in the type that it computes in; 0 where there is none.
template <typename T>
std::array<T, 2> pointwise_attributes(const Instruction& instruction, int code) {
  std::array<T, 2> values{};
  for (int position = 0; position < 2; ++position) {
    const char* name = kPointwise[code].attributes[position];
    if (*name != 0) values[position] = math::convert<T>(instruction.number(name));
  }
  return values;
}

}  // namespace LAMINET_ISA
}  // namespace laminet
