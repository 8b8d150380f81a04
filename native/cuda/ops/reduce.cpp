// sum, prod, max and min over `axes`, arg_max and arg_min over `axis`.
#include "cuda/kernels/reduce.h"

#include "cuda/lowering.h"
#include "reduce_plan.h"

namespace laminet::cuda {

namespace {

template <Reduction reduction>
bool reduce(Lowering& lowering, const Instruction& instruction, std::string&) {
  constexpr bool finds_index = reduction == Reduction::arg_max || reduction == Reduction::arg_min;
  const Type& x = lowering.type(instruction.operands[0]);
  const std::vector<int64_t> axes =
      finds_index ? std::vector<int64_t>{static_cast<int64_t>(instruction.number("axis"))} : instruction.integers("axes");
  const std::vector<ReduceSizes> passes = plan_reduction(x.shape, axes);
  std::vector<int> scratch, places = {lowering.tensor(instruction.operands[0])};
  for (const ReduceSizes& pass : passes) {
    if (!pass.to_partials) continue;
    const int64_t partials = pass.outer * pass.chunks * pass.inner;
    scratch.push_back(lowering.scratch(static_cast<size_t>(partials) * reduce_partial_bytes(reduction, x.dtype)));
  }
  places.insert(places.end(), scratch.begin(), scratch.end());
  places.push_back(lowering.tensor(instruction.results[0]));
  lowering.add(instruction, {instruction.op, passes.size() > 1 ? std::to_string(passes.size()) + " passes" : "", scratch},
               work([=, dtype = x.dtype](const Places& at, Context& context) {
                 for (size_t i = 0; i < passes.size(); ++i) {
                   if (passes[i].outer * passes[i].inner == 0) continue;
                   launch_reduce(reduction, dtype, passes[i], at.at(places[i]), at.at(places[i + 1]), context.stream());
                 }
               }));
  return true;
}

const Registration sum_registration{"sum", 0, reduce<Reduction::sum>};
const Registration prod_registration{"prod", 0, reduce<Reduction::prod>};
const Registration max_registration{"max", 0, reduce<Reduction::max>};
const Registration min_registration{"min", 0, reduce<Reduction::min>};
const Registration arg_max_registration{"arg_max", 0, reduce<Reduction::arg_max>};
const Registration arg_min_registration{"arg_min", 0, reduce<Reduction::arg_min>};

}  // namespace

}  // namespace laminet::cuda
