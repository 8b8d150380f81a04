// gather: y[a, i, b] = x[a, indices[i], b]; `a` counts the axes before `axis`, `b` those after it. scatter_add is its gradient.
#include "cuda/kernels/gather.h"

#include "cuda/lowering.h"

namespace laminet::cuda {

namespace {

// `table` is x's type in gather, the result's in scatter_add.
bool describe(const Instruction& instruction, const Type& table, const Shape& indices, Gather& plan, std::string& refusal) {
  const auto axis = static_cast<size_t>(instruction.number("axis"));
  const auto begin = table.shape.begin() + static_cast<int64_t>(axis);
  plan = {table.dtype, element_count(Shape(table.shape.begin(), begin)), *begin, element_count(Shape(begin + 1, table.shape.end())),
          element_count(indices)};
  if (!gather_supported(plan)) refusal = "rows of more than 2^31 - 1 bytes";
  return refusal.empty();
}

bool gather(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const int x = instruction.operands[0], indices = instruction.operands[1];
  Gather plan;
  if (!describe(instruction, lowering.type(x), lowering.shape(indices), plan, refusal)) return false;
  const int from = lowering.tensor(x), picks = lowering.tensor(indices), to = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {"gather", "own kernel"}, work([=](const Places& at, Context& context) {
                 launch_gather(plan, at.at(from), at.at<int32_t>(picks), at.at(to), context.stream());
               }));
  return true;
}

bool scatter_add(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const int indices = instruction.operands[0], updates = instruction.operands[1];
  Gather plan;
  if (!describe(instruction, lowering.type(instruction.results[0]), lowering.shape(indices), plan, refusal)) return false;
  const int picks = lowering.tensor(indices), from = lowering.tensor(updates), to = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {"scatter_add", "own kernel"}, work([=](const Places& at, Context& context) {
                 launch_scatter_add(plan, at.at<int32_t>(picks), at.at(from), at.at(to), context.stream());
               }));
  return true;
}

const Registration gather_registration{"gather", 0, gather};
const Registration scatter_add_registration{"scatter_add", 0, scatter_add};

}  // namespace

}  // namespace laminet::cuda
