// An execution plan: which engine runs which graph; its text for caches on disk.
#pragma once

#include <string>

#include "emulated_cudnn_graph.h"

namespace laminet::emulated_cudnn {

struct Plan {
  Graph graph;
  int64_t engine = 0;
  int64_t workspace = 0;
};

// JSON, as the real library's.
std::string plan_text(const Plan& plan);
// Throws Failure when the text is no plan of this version.
Plan parse_plan(const std::string& text);

}  // namespace laminet::emulated_cudnn
