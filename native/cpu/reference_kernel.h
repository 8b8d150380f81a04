// The last resort: one instruction through the reference kernels, on plain memory.
#pragma once

#include "graph.h"
#include "kernel.h"

namespace laminet::cpu {

KernelPtr reference_kernel(const Graph& graph, int instruction);

}  // namespace laminet::cpu
