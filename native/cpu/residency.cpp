#include "residency.h"

#include <optional>

namespace laminet::cpu {

namespace {

// What others want of the results that a pointwise pass makes of a variable: scaled weights.
std::optional<Layout> wish_for_results(Lowering& lowering, const std::vector<KernelPtr>& kernels, const Kernel& pass, int value) {
  for (int result : pass.results) {
    if (!(lowering.type(result) == lowering.type(value))) continue;
    for (const KernelPtr& reader : kernels) {
      const std::optional<Layout> layout = reader->resident_layout(lowering, result);
      if (layout && pass.accepts(lowering, *layout)) return layout;
    }
  }
  return std::nullopt;
}

// What the first kernel that cares wants of a variable.
std::optional<Layout> wish(Lowering& lowering, const std::vector<KernelPtr>& kernels, int variable) {
  const int value = lowering.program().variables[variable];
  for (const KernelPtr& kernel : kernels)
    for (int operand : kernel->operands) {
      if (operand != value) continue;
      if (std::optional<Layout> layout = kernel->resident_layout(lowering, value)) return layout;
      if (std::optional<Layout> layout = wish_for_results(lowering, kernels, *kernel, value)) return layout;
    }
  return std::nullopt;
}

// The optimizer's slots follow their weights: variables of one shape that one pass updates together live alike.
void follow(Lowering& lowering, const std::vector<KernelPtr>& kernels, std::vector<std::optional<Layout>>& wishes) {
  const Graph& graph = lowering.graph;
  for (const KernelPtr& kernel : kernels) {
    std::vector<int> updated;
    for (int operand : kernel->operands)
      if (const int variable = graph.variable_of(operand); variable >= 0 && graph.updated(variable)) updated.push_back(variable);
    for (int leader : updated) {
      if (!wishes[leader] || !kernel->accepts(lowering, *wishes[leader])) continue;
      const Type& type = lowering.type(lowering.program().variables[leader]);
      for (int variable : updated)
        if (!wishes[variable] && lowering.type(lowering.program().variables[variable]) == type) wishes[variable] = wishes[leader];
    }
  }
}

}  // namespace

void settle_variables(Lowering& lowering, const std::vector<KernelPtr>& kernels, std::span<const BufferPtr> variables) {
  const Program& program = lowering.program();
  std::vector<std::optional<Layout>> wishes(variables.size());
  std::vector<bool> open(variables.size());
  for (size_t index = 0; index < variables.size(); ++index) {
    const Chosen mine = lowering.graph.updated(static_cast<int>(index)) ? Chosen::training : Chosen::inference;
    const CpuBuffer& buffer = as_cpu(variables[index]);
    open[index] = buffer.chosen() < mine && program.variables[index] >= 0;
    wishes[index] = open[index] ? wish(lowering, kernels, static_cast<int>(index)) : buffer.layout();
  }
  follow(lowering, kernels, wishes);
  for (size_t index = 0; index < variables.size(); ++index) {
    CpuBuffer& buffer = as_cpu(variables[index]);
    const Chosen mine = lowering.graph.updated(static_cast<int>(index)) ? Chosen::training : Chosen::inference;
    if (open[index] && wishes[index]) buffer.relayout(lowering.library, *wishes[index], mine);
    if (program.variables[index] >= 0)
      lowering.define_stored(program.variables[index], buffer.layout(), Storage::variable, static_cast<int>(index));
  }
}

}  // namespace laminet::cpu
