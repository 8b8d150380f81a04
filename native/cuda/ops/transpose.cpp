// transpose: result axis i is operand axis permutation[i].
#include "cuda/ops/views.h"

namespace laminet::cuda {

namespace {

bool transpose(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const std::vector<int64_t> own = dense_strides(lowering.shape(instruction.operands[0]));
  std::vector<int64_t> strides;
  for (const int64_t axis : instruction.integers("permutation")) strides.push_back(own[static_cast<size_t>(axis)]);
  return lower_view(lowering, instruction, strides, 0, refusal);
}

const Registration registration{"transpose", 0, transpose};

}  // namespace

}  // namespace laminet::cuda
