#include "compile.h"

#include "claims.h"
#include "finish.h"
#include "residency.h"
#include "runtime/cost.h"
#include "schedule.h"
#include "slices.h"

namespace laminet::cpu {

namespace {

// Kernels in their order. Kernels that fuse instructions which do not feed each other may wait for one another: then without them.
std::vector<KernelPtr> ordered_kernels(const Program& program, Library& library, std::unique_ptr<ClaimGraph>& graph) {
  for (const bool fuse_siblings : {true, false}) {
    graph = std::make_unique<ClaimGraph>(program, library, fuse_siblings);
    std::vector<KernelPtr> kernels = claim_kernels(*graph);
    const bool any = !kernels.empty();
    kernels = schedule(*graph, std::move(kernels));
    if (!kernels.empty() || !any) return kernels;
  }
  throw Error("INTERNAL", "compile: the kernels of a program wait for each other");
}

double flops_of(const Program& program, const Kernel& kernel) {
  double flops = 0;
  for (const int instruction : kernel.instructions) flops += laminet::flops_of(program, program.instructions[instruction]);
  return flops;
}

void enter_sources(Lowering& lowering) {
  const Program& program = lowering.program();
  for (size_t index = 0; index < program.inputs.size(); ++index)
    lowering.define_stored(program.inputs[index], Layout::plain(lowering.type(program.inputs[index])), Storage::input, static_cast<int>(index));
  for (const Instruction& instruction : program.instructions) {
    if (instruction.op != "constant") continue;
    const int value = instruction.results.front();
    lowering.define_stored(value, Layout::plain(lowering.type(value)), Storage::constant, static_cast<int>(instruction.number("index")));
  }
}

}  // namespace

Compiled compile_program(const Program& program, Library& library, std::span<const BufferPtr> variables) {
  std::unique_ptr<ClaimGraph> graph;
  const std::vector<KernelPtr> kernels = ordered_kernels(program, library, graph);
  Lowering lowering(*graph);
  enter_sources(lowering);
  settle_variables(lowering, kernels, variables);
  for (const KernelPtr& kernel : kernels) {
    lowering.begin(kernel->name, kernel->layer, flops_of(program, *kernel));
    kernel->lower(lowering);
  }
  finish(lowering);
  Compiled compiled;
  compiled.kernels = static_cast<int>(kernels.size());
  compiled.reorders = lowering.reorders();
  compiled.steps = std::move(lowering.steps());
  compiled.tensors = std::move(lowering.tensors());
  join_slices(library, compiled.steps, compiled.tensors);
  return compiled;
}

}  // namespace laminet::cpu
