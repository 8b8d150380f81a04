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
  bool compiled_at_run_time = false;  // its plans cost about a second to build
};

// What cuDNN's heuristics propose for the graph, then its fallbacks. Empty when it supports none; `refusal` then says why.
std::vector<Engine> engines_of(const Descriptor& graph, const Target& target, std::string& refusal);

// Engines with loses_digits are never kept.
struct EngineFilter {
  bool deterministic = false;   // only such engines
  bool exact_operands = false;  // only engines that do not round float32 operands
  bool compile = false;         // also engines that are compiled at run time
  bool keeps(const Engine& engine) const;
};

}  // namespace laminet::cuda::cudnn
