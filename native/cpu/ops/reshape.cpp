// reshape: the same memory under another shape, when it is plain; else a conversion to plain, seen as the result.
#include "cpu/claims.h"
#include "cpu/lowering.h"

namespace laminet::cpu {

namespace {

class ReshapeKernel : public Kernel {
 public:
  void lower(Lowering& lowering) const override {
    const int x = operands.front();
    const Layout plain = Layout::plain(lowering.type(x));
    const int tensor = lowering.layout(x) == plain ? lowering.tensor(x) : lowering.use_plain(x);
    lowering.define_alias(results.front(), tensor, Layout::plain(lowering.type(results.front())));
  }
};

KernelPtr claim_reshape(const ClaimGraph& graph, int index, std::string*) {
  auto kernel = std::make_unique<ReshapeKernel>();
  kernel->instructions = {index};
  kernel->operands = graph.instruction(index).operands;
  kernel->results = graph.instruction(index).results;
  return kernel;
}

const Candidate reshape{"reshape", Pass::single, claim_reshape};

}  // namespace

}  // namespace laminet::cpu
