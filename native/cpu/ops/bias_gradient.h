// The sum of a gradient over all axes but the last, which the library computes beside the gradient of the weights.
#pragma once

#include "cpu/graph.h"

namespace laminet::cpu {

// The unclaimed instruction that sums `gradient` so; -1 when there is none or siblings must not be fused.
inline int bias_gradient(const ClaimGraph& graph, int gradient) {
  if (!graph.fuse_siblings) return -1;
  const size_t rank = graph.shape(gradient).size();
  for (int reader : graph.readers(gradient)) {
    const Instruction& instruction = graph.instruction(reader);
    if (instruction.op != "sum" || graph.claimed(reader)) continue;
    const std::vector<int64_t>& axes = instruction.integers("axes");
    bool leading = axes.size() == rank - 1;
    for (size_t axis = 0; leading && axis < axes.size(); ++axis) leading = axes[axis] == static_cast<int64_t>(axis);
    if (leading) return reader;
  }
  return -1;
}

}  // namespace laminet::cpu
