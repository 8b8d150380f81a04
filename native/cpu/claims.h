// Which instructions run as which kernel: an ordered table of candidates by op; the first that accepts takes the instruction and those
// it fuses with it. Every refusal has a reason (LAMINET_LOG=1 prints it). What nobody takes goes to the reference kernels.
#pragma once

#include <string>
#include <vector>

#include "graph.h"
#include "kernel.h"

namespace laminet::cpu {

// Null: refused, and *refusal says why.
using Claim = KernelPtr (*)(const Graph& graph, int instruction, std::string* refusal);

// Enters a candidate under its op when the plugin is loaded; lower orders are asked first.
struct Candidate {
  Candidate(const char* op, int order, Claim claim);
};

// Kernels that cover every computing instruction of the program whose result somebody needs.
std::vector<KernelPtr> claim_kernels(Graph& graph);

}  // namespace laminet::cpu
