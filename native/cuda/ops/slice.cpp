// slice: result[i] = x[begin + i * strides], axis by axis.
#include "cuda/ops/views.h"

namespace laminet::cuda {

namespace {

bool slice(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const std::vector<int64_t>&begin = instruction.integers("begin"), &steps = instruction.integers("strides");
  std::vector<int64_t> strides = dense_strides(lowering.shape(instruction.operands[0]));
  int64_t start = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    start += begin[axis] * strides[axis];
    strides[axis] *= steps[axis];
  }
  return lower_view(lowering, instruction, strides, start, refusal);
}

const Registration registration{"slice", 0, slice};

}  // namespace

}  // namespace laminet::cuda
