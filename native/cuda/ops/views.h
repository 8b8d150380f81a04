// Lowers an op that copies a strided view of its operand.
#pragma once

#include "cuda/kernels/copy.h"
#include "cuda/lowering.h"

namespace laminet::cuda {

// result[index] = operand[start + strides * index], in elements.
inline bool lower_view(Lowering& lowering, const Instruction& instruction, const std::vector<int64_t>& strides, int64_t start,
                       std::string& refusal) {
  const Type& result = lowering.type(instruction.results[0]);
  const View view = simplified_view(result.dtype, result.shape, strides, start);
  if (!copy_supported(view)) {
    refusal = "more axes than the kernel takes: " + shape_text(result.shape);
    return false;
  }
  const int from = lowering.tensor(instruction.operands[0]), to = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {instruction.op, "own kernel"}, work([=](const Places& at, Context& context) {
                 launch_copy(view, at.at(from), at.at(to), context.stream());
               }));
  return true;
}

}  // namespace laminet::cuda
