#include "claims.h"

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/log.h"
#include "runtime/pointwise_group.h"
#include "kernels_of_groups.h"
#include "reference_kernel.h"

namespace laminet::cpu {

namespace {

std::map<std::pair<std::string, Pass>, Claim>& candidates() {
  static std::map<std::pair<std::string, Pass>, Claim> table;
  return table;
}

bool computes(const Instruction& instruction) {
  return instruction.op != "input" && instruction.op != "variable" && instruction.op != "constant";
}

// What an update or a return needs, directly or not.
std::vector<bool> needed_instructions(const Program& program) {
  std::vector<bool> needed(program.instructions.size(), false);
  for (const Update& update : program.updates) needed[program.producers[update.value]] = true;
  for (int value : program.returns) needed[program.producers[value]] = true;
  for (int index = static_cast<int>(needed.size()); index-- > 0;) {
    if (!needed[index]) continue;
    for (int operand : program.instructions[index].operands) needed[program.producers[operand]] = true;
  }
  return needed;
}

// bf16 and f16 are left to the reference kernels: neither the library's kernels nor ours compute in them.
bool has_float16(const ClaimGraph& graph, int index) {
  const Instruction& instruction = graph.instruction(index);
  const auto is_short = [&](int value) { return is_float16(graph.program.types[value].dtype); };
  return std::any_of(instruction.operands.begin(), instruction.operands.end(), is_short) ||
         std::any_of(instruction.results.begin(), instruction.results.end(), is_short);
}

KernelPtr claim_one(const ClaimGraph& graph, int index, Pass pass) {
  const Instruction& instruction = graph.instruction(index);
  const auto found = candidates().find({instruction.op, pass});
  if (found == candidates().end()) return nullptr;
  std::string refusal;
  KernelPtr kernel = found->second(graph, index, &refusal);
  if (!kernel && log_enabled() && !refusal.empty()) log("cpu: " + instruction.place() + ": " + refusal);
  return kernel;
}

// Name and layer, from the instructions it covers.
void complete(const ClaimGraph& graph, Kernel& kernel) {
  std::sort(kernel.instructions.begin(), kernel.instructions.end());
  if (kernel.layer.empty()) kernel.layer = graph.instruction(kernel.instructions.front()).layer;
  if (kernel.name.empty())
    for (int index : kernel.instructions) kernel.name = joined(kernel.name, graph.instruction(index).op);
}

}  // namespace

Candidate::Candidate(const char* op, Pass pass, Claim claim) { candidates()[{op, pass}] = claim; }

std::vector<KernelPtr> claim_kernels(ClaimGraph& graph) {
  const Program& program = graph.program;
  const std::vector<bool> needed = needed_instructions(program);
  const int count = static_cast<int>(program.instructions.size());
  std::vector<KernelPtr> kernels;
  for (const Pass pass : {Pass::fusing, Pass::single}) {
    for (int index = 0; index < count; ++index) {
      if (!needed[index] || graph.claimed(index) || !computes(graph.instruction(index))) continue;
      if (has_float16(graph, index)) continue;
      KernelPtr kernel = claim_one(graph, index, pass);
      if (!kernel) continue;
      complete(graph, *kernel);
      graph.claim(kernel->instructions);
      kernels.push_back(std::move(kernel));
    }
  }
  std::vector<bool> pointwise(count, false);
  for (int index = 0; index < count; ++index) {
    const Instruction& instruction = graph.instruction(index);
    pointwise[index] = needed[index] && !graph.claimed(index) && !has_float16(graph, index) &&
                       (is_pointwise(instruction) || is_pointwise_source(instruction));
  }
  for (KernelPtr& kernel : group_kernels(graph, pointwise)) kernels.push_back(std::move(kernel));
  for (int index = 0; index < count; ++index) {
    if (!needed[index] || graph.claimed(index) || pointwise[index] || !computes(graph.instruction(index))) continue;
    kernels.push_back(reference_kernel(graph, index));
  }
  return kernels;
}

}  // namespace laminet::cpu
