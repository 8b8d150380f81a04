// Runs a graph on tensors in memory by plain loops in double precision.
#pragma once

#include <map>

#include "emulated_cudnn_graph.h"
#include "emulated_cudnn_operand.h"

namespace laminet::emulated_cudnn {

// `memory`: by uid of the graph's bound tensors.
void interpret(const Graph& graph, const std::map<int64_t, void*>& memory, bool tensor_float32);

// One of the three convolutions, in emulated_cudnn_convolution.cpp.
void convolve(const Operation& operation, const Operand& first, const Operand& second, const Operand& output, bool tensor_float32);

}  // namespace laminet::emulated_cudnn
