#include "pointwise.h"
#include "verify_rules.h"

namespace laminet {

namespace {

bool broadcasts(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  const size_t lead = to.size() - from.size();
  for (size_t axis = 0; axis < from.size(); ++axis) {
    if (from[axis] != 1 && from[axis] != to[lead + axis]) return false;
  }
  return true;
}

void operands_broadcast(const Check& check) {
  for (size_t position = 0; position < check.instruction().operands.size(); ++position) {
    check.require(broadcasts(check.operand(position).shape, check.result().shape), "operands that broadcast to the result");
  }
}

void operand_types(const Check& check, const PointwiseInfo& op, DType dtype) {
  switch (op.operands) {
    case PointwiseOperands::any:
      break;
    case PointwiseOperands::numbers:
      check.require(dtype != DType::boolean, "operands of a numeric type");
      break;
    case PointwiseOperands::signed_numbers:
      check.require(is_float(dtype) || dtype == DType::i32, "operands of type f32, f64, bf16, f16 or i32");
      break;
    case PointwiseOperands::floats:
      check.require(is_float(dtype), "operands of type f32, f64, bf16 or f16");
      break;
    case PointwiseOperands::booleans:
      check.require(dtype == DType::boolean, "operands of type bool");
      break;
  }
}

void pointwise(const Check& check, const PointwiseInfo& op) {
  check.counts(static_cast<size_t>(op.arity));
  operands_broadcast(check);
  const bool selects = op.arity == 3;
  if (selects) check.require(check.operand(0).dtype == DType::boolean, "a condition of type bool");
  const DType dtype = check.operand(selects ? 1 : 0).dtype;
  operand_types(check, op, dtype);
  for (size_t position = selects ? 1 : 0; position < static_cast<size_t>(op.arity); ++position) {
    check.require(check.operand(position).dtype == dtype, "operands of one type");
  }
  const DType made = op.result == PointwiseResult::boolean ? DType::boolean : dtype;
  check.require(check.result().dtype == made, std::string("a result of type ") + dtype_name(made));
  for (const char* attribute : op.attributes) {
    if (*attribute != '\0') check.instruction().number(attribute);
  }
}

}  // namespace

void add_pointwise_rules(Rules& rules) {
  for (const PointwiseInfo& op : kPointwise) {
    rules[op.name] = [&op](const Check& check) { pointwise(check, op); };
  }
  rules["cast"] = [](const Check& check) {
    check.counts(1);
    operands_broadcast(check);
  };
}

}  // namespace laminet
