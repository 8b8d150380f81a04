// Does a group keep zero lanes zero? Decided by running its steps over what is known of a lane: an exact value, or nothing.
#include <optional>

#include "float16.h"
#include "pointwise_formation.h"

namespace laminet {
namespace {

using Known = std::optional<double>;

template <typename T>
double apply_formula(const PointwiseStep& step, const std::array<Known, 3>& x) {
  const auto lane = [&](int k) { return math::convert<T>(x[static_cast<size_t>(k)].value_or(0)); };
  const auto a = math::convert<T>(step.a), b = math::convert<T>(step.b);
  switch (step.code) {
#define LAMINET_CASE(name, ...) \
  case Pointwise::name: return static_cast<double>(formula::name::apply<T>(lane(0), lane(1), lane(2), a, b));
    LAMINET_POINTWISE(LAMINET_CASE)
#undef LAMINET_CASE
  }
  return 0;
}

Known apply_known(const PointwiseStep& step, const std::array<Known, 3>& x) {
  switch (step.operand_dtype) {
    case DType::i32: return apply_formula<int32_t>(step, x);
    case DType::u8:
    case DType::boolean: return apply_formula<uint8_t>(step, x);
    default: return round_to(step.dtype, apply_formula<double>(step, x));
  }
}

Known apply_cast(const PointwiseStep& step, double x) {
  switch (step.dtype) {
    case DType::i32: return math::convert<int32_t>(x);
    case DType::u8: return math::convert<uint8_t>(x);
    case DType::boolean: return x != 0 ? 1 : 0;
    default: return round_to(step.dtype, x);
  }
}

// Zero whatever the unknown operand is, as long as it is finite (and, below a fraction bar, not zero).
Known apply_partly_known(Pointwise code, const std::array<Known, 3>& x) {
  const auto is_zero = [&](int k) { return x[static_cast<size_t>(k)] == 0.0; };
  switch (code) {
    case Pointwise::mul:
    case Pointwise::logical_and: return is_zero(0) || is_zero(1) ? Known(0) : std::nullopt;
    case Pointwise::div: return is_zero(0) ? Known(0) : std::nullopt;
    case Pointwise::relu_backward:
    case Pointwise::leaky_relu_backward: return is_zero(1) ? Known(0) : std::nullopt;
    case Pointwise::select:
      if (x[0]) return *x[0] != 0 ? x[1] : x[2];
      return is_zero(1) && is_zero(2) ? Known(0) : std::nullopt;
    default: return std::nullopt;
  }
}

Known apply_step(const PointwiseStep& step, const std::array<Known, 3>& x) {
  if (step.operand_count == 0) return std::nullopt;
  bool all_known = true;
  for (int k = 0; k < step.operand_count; ++k) all_known = all_known && x[static_cast<size_t>(k)].has_value();
  if (step.kind == PointwiseStep::Kind::cast) return all_known ? apply_cast(step, *x[0]) : std::nullopt;
  return all_known ? apply_known(step, x) : apply_partly_known(step.code, x);
}

}  // namespace

double round_to(DType dtype, double value) {
  if (dtype == DType::bf16) return static_cast<float>(bfloat16(value));
  return dtype == DType::f16 ? static_cast<float>(float16(value)) : value;
}

bool preserves_zero(const Program& program, const PointwiseGroup& group) {
  std::vector<Known> registers(static_cast<size_t>(group.registers));
  for (int i = 0; i < group.elementwise; ++i) {
    if (element_count(program.type(group.operands[i]).shape) != 1) registers[i] = 0;
  }
  for (size_t i = 0; i < group.constants.size(); ++i) {
    registers[group.constant_register(static_cast<int>(i))] = group.constants[i].value;
  }
  for (const PointwiseStep& step : group.steps) {
    std::array<Known, 3> operands;
    for (int k = 0; k < step.operand_count; ++k) operands[k] = registers[step.operands[k]];
    registers[step.result] = apply_step(step, operands);
  }
  for (const int output : group.output_registers) {
    if (registers[output] != 0.0) return false;
  }
  return true;
}

}  // namespace laminet
