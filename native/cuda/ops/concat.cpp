// concat: the operands one after the other along one axis.
#include "cuda/kernels/concat.h"

#include "cuda/lowering.h"

namespace laminet::cuda {

namespace {

int64_t product(const Shape& shape, size_t begin, size_t end) {
  int64_t count = 1;
  for (size_t axis = begin; axis < end; ++axis) count *= shape[axis];
  return count;
}

bool concat(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const auto axis = static_cast<size_t>(instruction.number("axis"));
  const Type& result = lowering.type(instruction.results[0]);
  Concat plan{.outer = product(result.shape, 0, axis), .row_bytes = {}};
  std::vector<int> from;
  for (const int operand : instruction.operands) {
    const Shape& shape = lowering.shape(operand);
    plan.row_bytes.push_back(product(shape, axis, shape.size()) * static_cast<int64_t>(dtype_bytes(result.dtype)));
    from.push_back(lowering.tensor(operand));
  }
  if (!concat_supported(plan)) {
    refusal = "rows of more than 2^31 - 1 bytes";
    return false;
  }
  const int to = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {"concat", "own kernel"}, work([=](const Places& at, Context& context) {
                 std::vector<const void*> sources;
                 for (const int tensor : from) sources.push_back(at.at(tensor));
                 launch_concat(plan, sources, at.at(to), context.stream());
               }));
  return true;
}

const Registration registration{"concat", 0, concat};

}  // namespace

}  // namespace laminet::cuda
