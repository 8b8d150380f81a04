// Pointwise groups as kernels: one pass over memory in whatever layout the operands have.
#pragma once

#include <vector>

#include "graph.h"
#include "kernel.h"

namespace laminet::cpu {

// `pointwise[i]`: instruction i is to run in a group.
std::vector<KernelPtr> group_kernels(const Graph& graph, const std::vector<bool>& pointwise);

}  // namespace laminet::cpu
