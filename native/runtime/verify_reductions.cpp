#include <algorithm>

#include "verify_rules.h"

namespace laminet {

namespace {

void reduction(const Check& check) {
  check.counts(1);
  const Type& operand = check.operand(0);
  check.numbers(operand, "an operand");
  const std::vector<int64_t>& axes = check.axes("axes", operand.shape.size());
  const bool keep = check.instruction().flag("keepDims");
  Shape shape;
  for (size_t axis = 0; axis < operand.shape.size(); ++axis) {
    const bool reduced = std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end();
    if (!reduced) shape.push_back(operand.shape[axis]);
    if (reduced && keep) shape.push_back(1);
  }
  check.type_is(check.result(), "a result", operand.dtype, shape);
}

void position_reduction(const Check& check) {
  check.counts(1);
  const Type& operand = check.operand(0);
  check.numbers(operand, "an operand");
  const size_t axis = check.axis("axis", operand.shape.size());
  Shape shape = operand.shape;
  shape.erase(shape.begin() + static_cast<int64_t>(axis));
  check.type_is(check.result(), "a result", DType::i32, shape);
}

void last_axis(const Check& check) {
  check.counts(1);
  check.floats(check.operand(0), "an operand");
  check.require(!check.operand(0).shape.empty(), "an operand with a last axis");
  check.type_is(check.result(), "a result", check.operand(0).dtype, check.operand(0).shape);
}

}  // namespace

void add_reduction_rules(Rules& rules) {
  for (const char* op : {"sum", "prod", "max", "min"}) rules[op] = reduction;
  for (const char* op : {"arg_max", "arg_min"}) rules[op] = position_reduction;
  for (const char* op : {"softmax", "log_softmax"}) rules[op] = last_axis;
}

}  // namespace laminet
