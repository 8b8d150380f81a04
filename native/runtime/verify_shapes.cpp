// Ops that move elements, and matmul.
#include <algorithm>

#include "verify_rules.h"

namespace laminet {

namespace {

void reshape(const Check& check) {
  check.counts(1);
  check.require(check.operand(0).dtype == check.result().dtype, "a result of the operand's type");
  check.require(element_count(check.operand(0).shape) == element_count(check.result().shape), "as many elements in the result");
}

void transpose(const Check& check) {
  check.counts(1);
  const Shape& from = check.operand(0).shape;
  const std::vector<int64_t>& permutation = check.list("permutation", from.size(), 0);
  std::vector<int64_t> sorted = permutation;
  std::sort(sorted.begin(), sorted.end());
  Shape shape;
  for (size_t axis = 0; axis < from.size(); ++axis) {
    check.require(sorted[axis] == static_cast<int64_t>(axis), "'permutation' to name every axis once");
    shape.push_back(from[static_cast<size_t>(permutation[axis])]);
  }
  check.type_is(check.result(), "a result", check.operand(0).dtype, shape);
}

void concat(const Check& check) {
  const size_t count = check.instruction().operands.size();
  check.require(count > 0, "at least one operand");
  check.counts(count);
  Shape shape = check.operand(0).shape;
  const size_t axis = check.axis("axis", shape.size());
  shape[axis] = 0;
  for (size_t position = 0; position < count; ++position) {
    Shape part = check.operand(position).shape;
    check.require(part.size() == shape.size(), "operands of one rank");
    shape[axis] += part[axis];
    part[axis] = shape[axis];
    check.require(part == shape && check.operand(position).dtype == check.operand(0).dtype,
                  "operands of one type that differ on the axis alone");
  }
  check.type_is(check.result(), "a result", check.operand(0).dtype, shape);
}

void slice(const Check& check) {
  check.counts(1);
  const Shape& from = check.operand(0).shape;
  const std::vector<int64_t>& begin = check.list("begin", from.size(), 0);
  const std::vector<int64_t>& size = check.list("size", from.size(), 0);
  const std::vector<int64_t>& strides = check.list("strides", from.size(), 1);
  for (size_t axis = 0; axis < from.size(); ++axis) {
    check.require(size[axis] == 0 || begin[axis] + (size[axis] - 1) * strides[axis] < from[axis], "a slice inside the operand");
  }
  check.type_is(check.result(), "a result", check.operand(0).dtype, size);
}

void pad(const Check& check) {
  check.counts(1);
  const Shape& from = check.operand(0).shape;
  const std::vector<int64_t>& before = check.list("before", from.size(), INT64_MIN);
  const std::vector<int64_t>& after = check.list("after", from.size(), INT64_MIN);
  const std::vector<int64_t>& interior = check.list("interior", from.size(), 0);
  check.instruction().number("value");
  Shape shape;
  for (size_t axis = 0; axis < from.size(); ++axis) {
    const int64_t spread = from[axis] + std::max<int64_t>(from[axis] - 1, 0) * interior[axis];
    shape.push_back(before[axis] + spread + after[axis]);
  }
  check.type_is(check.result(), "a result", check.operand(0).dtype, shape);
}

void mirror_pad(const Check& check) {
  check.counts(1);
  const Shape& from = check.operand(0).shape;
  const std::vector<int64_t>& before = check.list("before", from.size(), 0);
  const std::vector<int64_t>& after = check.list("after", from.size(), 0);
  Shape shape;
  for (size_t axis = 0; axis < from.size(); ++axis) {
    const bool pads = before[axis] > 0 || after[axis] > 0;
    check.require(!pads || (before[axis] < from[axis] && after[axis] < from[axis]), "a margin smaller than the operand");
    shape.push_back(before[axis] + from[axis] + after[axis]);
  }
  check.type_is(check.result(), "a result", check.operand(0).dtype, shape);
}

void reverse(const Check& check) {
  check.counts(1);
  check.axes("axes", check.operand(0).shape.size());
  check.type_is(check.result(), "a result", check.operand(0).dtype, check.operand(0).shape);
}

// `table` with its axis replaced by the shape of the indices.
Shape gathered(const Shape& table, size_t axis, const Shape& indices) {
  Shape shape(table.begin(), table.begin() + static_cast<int64_t>(axis));
  shape.insert(shape.end(), indices.begin(), indices.end());
  shape.insert(shape.end(), table.begin() + static_cast<int64_t>(axis) + 1, table.end());
  return shape;
}

void gather(const Check& check) {
  check.counts(2);
  const Type& table = check.operand(0);
  check.require(check.operand(1).dtype == DType::i32, "indices of type i32");
  const size_t axis = check.axis("axis", table.shape.size());
  check.type_is(check.result(), "a result", table.dtype, gathered(table.shape, axis, check.operand(1).shape));
}

void scatter_add(const Check& check) {
  check.counts(2);
  const Type& table = check.result();
  check.require(check.operand(0).dtype == DType::i32, "indices of type i32");
  check.floats(table, "a result");
  const size_t axis = check.axis("axis", table.shape.size());
  check.type_is(check.operand(1), "updates", table.dtype, gathered(table.shape, axis, check.operand(0).shape));
}

void matmul(const Check& check) {
  check.counts(2);
  const Type& a = check.operand(0);
  const Type& b = check.operand(1);
  check.floats(a, "operands");
  const size_t rank = a.shape.size();
  check.require(a.dtype == b.dtype && rank >= 2 && b.shape.size() == rank, "two matrices, or stacks of them, of one type and rank");
  const size_t lead = rank - 2;
  const size_t flip_a = check.instruction().flag("transposeA") ? 1 : 0;
  const size_t flip_b = check.instruction().flag("transposeB") ? 1 : 0;
  check.require(std::equal(a.shape.begin(), a.shape.begin() + static_cast<int64_t>(lead), b.shape.begin()), "equal leading axes");
  check.require(a.shape[lead + 1 - flip_a] == b.shape[lead + flip_b], "equal inner sizes");
  Shape shape(a.shape.begin(), a.shape.begin() + static_cast<int64_t>(lead));
  shape.push_back(a.shape[lead + flip_a]);
  shape.push_back(b.shape[lead + 1 - flip_b]);
  check.type_is(check.result(), "a result", a.dtype, shape);
}

}  // namespace

void add_shape_rules(Rules& rules) {
  rules["reshape"] = reshape;
  rules["transpose"] = transpose;
  rules["concat"] = concat;
  rules["slice"] = slice;
  rules["pad"] = pad;
  rules["mirror_pad"] = mirror_pad;
  rules["reverse"] = reverse;
  rules["gather"] = gather;
  rules["scatter_add"] = scatter_add;
  rules["matmul"] = matmul;
}

}  // namespace laminet
