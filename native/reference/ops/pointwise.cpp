// Every op of runtime/pointwise.h: result[i] = formula(x[i], y[i], z[i]), operands broadcast to the result's shape; bf16
// and f16 in float, rounded once.
#include <type_traits>

#include "reference/call.h"
#include "reference/strides.h"
#include "runtime/pointwise.h"

namespace laminet::reference {
namespace {

// An operand read through the result's shape; a formula of fewer operands gets a constant zero, which it ignores.
template <typename T>
struct View {
  const T* data;
  Strides strides;
};

template <typename T>
View<T> view_operand(const Call& call, size_t index) {
  static const T zero{};
  const Shape& shape = call.result_shape();
  if (index >= call.operand_count()) return {&zero, Strides(shape.size(), 0)};
  return {call.operand<T>(index), broadcast_strides(call.operand_shape(index), shape)};
}

template <typename Formula, typename T>
void apply_formula(const Call& call) {
  constexpr bool is_predicate = kPointwise[static_cast<int>(Formula::code)].result == PointwiseResult::boolean;
  using First = std::conditional_t<Formula::code == Pointwise::select, uint8_t, T>;
  using Result = std::conditional_t<is_predicate, uint8_t, T>;
  const auto x = view_operand<First>(call, 0);
  const auto y = view_operand<T>(call, 1), z = view_operand<T>(call, 2);
  const auto [a, b] = pointwise_attributes<Arithmetic<T>>(call.instruction(), static_cast<int>(Formula::code));
  const Shape& shape = call.result_shape();
  const int64_t length = row_length(shape);
  const int64_t x_step = row_stride(x.strides), y_step = row_stride(y.strides), z_step = row_stride(z.strides);
  Result* result = call.result<Result>();
  for_each_row<3>(shape, {&x.strides, &y.strides, &z.strides}, [&, a = a, b = b](const std::array<int64_t, 3>& offsets) {
    const First* x_row = x.data + offsets[0];
    const T *y_row = y.data + offsets[1], *z_row = z.data + offsets[2];
    for (int64_t i = 0; i < length; ++i) {
      const auto value = static_cast<Arithmetic<T>>(x_row[i * x_step]);
      *result++ = static_cast<Result>(Formula::template apply<Arithmetic<T>>(value, y_row[i * y_step], z_row[i * z_step], a, b));
    }
  });
}

template <typename Formula>
void run_pointwise(const Call& call) {
  constexpr PointwiseInfo info = kPointwise[static_cast<int>(Formula::code)];
  const DType dtype = call.operand_type(static_cast<size_t>(info.arity) - 1).dtype;  // the last: select begins with its condition
  const auto body = [&]<typename T>() { apply_formula<Formula, T>(call); };
  if constexpr (info.operands == PointwiseOperands::booleans) {
    apply_formula<Formula, uint8_t>(call);
  } else if constexpr (info.operands == PointwiseOperands::floats) {
    dispatch_float(call, dtype, body);
  } else if constexpr (info.operands == PointwiseOperands::signed_numbers) {
    if (dtype == DType::i32) return apply_formula<Formula, int32_t>(call);
    dispatch_float(call, dtype, body);
  } else {
    if (info.operands == PointwiseOperands::any && dtype == DType::boolean) return apply_formula<Formula, uint8_t>(call);
    dispatch_number(call, dtype, body);
  }
}

const Registration registrations[] = {
#define LAMINET_REGISTER(name, ...) {#name, run_pointwise<formula::name>},
    LAMINET_POINTWISE(LAMINET_REGISTER)
#undef LAMINET_REGISTER
};

}  // namespace
}  // namespace laminet::reference
