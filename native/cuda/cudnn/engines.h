// Which engines of cuDNN can compute a graph, best first by its heuristics, and which of them the device's options leave.
#pragma once

#include <vector>

#include "graph.h"

namespace laminet::cuda::cudnn {

// An engine with its settings, and what cuDNN notes about it.
struct Engine {
  Descriptor configuration;
  int64_t number = 0;
  bool deterministic = true;          // its results do not depend on the order of threads
  bool rounds_operands = false;       // float32 operands, to TF32
  bool loses_digits = false;          // sums in less than float32, or operands made smaller
  bool compiled_at_run_time = false;  // a plan costs about a second to build
};

// What cuDNN's heuristics propose for the graph, then its fallbacks. Empty when it supports none; `refusal` then says why.
std::vector<Engine> engines_of(const Descriptor& graph, const Target& target, std::string& refusal);

// Engines that lose digits or are compiled at run time are never kept: there are others for every graph that laminet makes.
struct EngineFilter {
  bool deterministic = false;   // only such engines
  bool exact_operands = false;  // only engines that do not round float32 operands
  bool keeps(const Engine& engine) const;
};

}  // namespace laminet::cuda::cudnn
