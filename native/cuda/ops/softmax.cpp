// softmax, log_softmax over the last axis.
#include "cuda/kernels/softmax.h"

#include "cuda/lowering.h"

namespace laminet::cuda {

namespace {

template <bool logarithm>
bool softmax(Lowering& lowering, const Instruction& instruction, std::string&) {
  const Type& type = lowering.type(instruction.results[0]);
  Softmax rows{.dtype = type.dtype, .rows = 1, .length = type.shape.empty() ? 1 : type.shape.back(), .logarithm = logarithm};
  for (size_t axis = 0; axis + 1 < type.shape.size(); ++axis) rows.rows *= type.shape[axis];
  const int x = lowering.tensor(instruction.operands[0]), y = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {instruction.op}, work([=](const Places& at, Context& context) {
                 if (rows.rows > 0 && rows.length > 0) launch_softmax(rows, at.at(x), at.at(y), context.stream());
               }));
  return true;
}

const Registration softmax_registration{"softmax", 0, softmax<false>};
const Registration log_softmax_registration{"log_softmax", 0, softmax<true>};

}  // namespace

}  // namespace laminet::cuda
