// Which instructions run as which kernel: a table of candidates by op. In each pass the instructions are asked in the listing's order; the
// first candidate that accepts takes the instruction and those it fuses with it. Every refusal has a reason (LAMINET_LOG=1 prints it).
// What no candidate takes is grouped when pointwise, and goes to the reference kernels else.
#pragma once

#include <string>
#include <vector>

#include "graph.h"
#include "kernel.h"

namespace laminet::cpu {

// Null: refused, and *refusal says why.
using Claim = KernelPtr (*)(const ClaimGraph& graph, int instruction, std::string* refusal);

// Kernels that fuse others' instructions come before those that would take these alone.
enum class Pass : uint8_t { fusing, single };

// Enters a candidate under its op when the plugin is loaded.
struct Candidate {
  Candidate(const char* op, Pass pass, Claim claim);
};

// Kernels that cover every computing instruction of the program whose result somebody needs.
std::vector<KernelPtr> claim_kernels(ClaimGraph& graph);

}  // namespace laminet::cpu
