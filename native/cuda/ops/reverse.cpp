// reverse: reads the listed axes from their end.
#include "cuda/ops/views.h"

namespace laminet::cuda {

namespace {

bool reverse(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const Shape& shape = lowering.shape(instruction.operands[0]);
  std::vector<int64_t> strides = dense_strides(shape);
  int64_t start = 0;
  for (const int64_t listed : instruction.integers("axes")) {
    const auto axis = static_cast<size_t>(listed);
    start += (shape[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  return lower_view(lowering, instruction, strides, start, refusal);
}

const Registration registration{"reverse", 0, reverse};

}  // namespace

}  // namespace laminet::cuda
