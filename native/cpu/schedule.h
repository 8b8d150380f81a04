// The order in which kernels run.
#pragma once

#include <vector>

#include "graph.h"
#include "kernel.h"

namespace laminet::cpu {

// Close to the listing's order, except that an update of a variable runs as soon as its operands are there and nobody else still reads
// the variable (its gradient dies early, and the new value can be written in place). Empty when fused kernels wait for each other.
std::vector<KernelPtr> schedule(const Graph& graph, std::vector<KernelPtr> kernels);

}  // namespace laminet::cpu
