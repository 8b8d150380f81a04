#include "iteration.h"

#include <algorithm>

namespace laminet::cpu {

namespace {

// Layout axis -> axis of the shape and how far one step of it goes there.
struct Split {
  int axis;
  int64_t step;
};

std::optional<std::vector<Split>> splits(const Shape& shape, const Dims& dims) {
  std::vector<Split> result(dims.size());
  size_t next = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const size_t first = next;
    int64_t extent = 1;
    while (next < dims.size() && (next == first || extent < shape[axis])) extent *= dims[next++];
    if (extent != shape[axis]) return std::nullopt;
    int64_t step = 1;
    for (size_t part = next; part-- > first;) {
      result[part] = {static_cast<int>(axis), step};
      step *= dims[part];
    }
  }
  for (; next < dims.size(); ++next) {
    if (dims[next] != 1) return std::nullopt;
    result[next] = {0, 0};
  }
  return result;
}

std::vector<int64_t> plain_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

// Strides of a plain operand along the axes of the group's shape; 0 where it is broadcast.
std::vector<int64_t> broadcast_strides(const Shape& operand, size_t rank) {
  std::vector<int64_t> strides(rank, 0);
  const std::vector<int64_t> own = plain_strides(operand);
  for (size_t axis = 0; axis < operand.size(); ++axis)
    if (operand[axis] != 1) strides[rank - operand.size() + axis] = own[axis];
  return strides;
}

}  // namespace

bool follows_layout(const Program& program, const PointwiseGroup& group, int operand) {
  return operand < group.elementwise && element_count(program.types[group.operands[operand]].shape) == element_count(group.shape) &&
         element_count(group.shape) != 1;
}

std::optional<IterationSpace> iteration_space(const Program& program, const PointwiseGroup& group, const Layout& layout) {
  if (layout.is_opaque() || (layout.is_padded() && !group.preserves_zero)) return std::nullopt;
  const auto axes = splits(group.shape, layout.dims());
  if (!axes) return std::nullopt;
  std::vector<Digit> digits = layout.digits();
  std::erase_if(digits, [](const Digit& digit) { return digit.extent == 1; });
  std::stable_sort(digits.begin(), digits.end(), [](const Digit& a, const Digit& b) { return a.stride > b.stride; });
  IterationSpace space;
  const std::vector<int64_t> logical = plain_strides(group.shape);
  for (const Digit& digit : digits) {
    const Split& split = (*axes)[digit.axis];
    space.extents.push_back(digit.extent);
    space.logical_strides.push_back(logical.empty() ? 0 : logical[split.axis] * split.step * digit.step);
  }
  for (int operand = 0; operand < group.elementwise; ++operand) {
    const Shape& shape = program.types[group.operands[operand]].shape;
    std::vector<int64_t>& strides = space.operand_strides.emplace_back();
    if (follows_layout(program, group, operand)) {
      for (const Digit& digit : digits) strides.push_back(digit.stride);
      continue;
    }
    // A plain operand of several elements has no lanes for the padding.
    if (layout.is_padded() && element_count(shape) != 1) return std::nullopt;
    const std::vector<int64_t> own = broadcast_strides(shape, group.shape.size());
    for (const Digit& digit : digits) {
      const Split& split = (*axes)[digit.axis];
      strides.push_back(own.empty() ? 0 : own[split.axis] * split.step * digit.step);
    }
  }
  return space;
}

}  // namespace laminet::cpu
