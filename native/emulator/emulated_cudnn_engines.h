// The engines of the emulation: they all compute the same way, but differ in what they say of themselves, so that callers' filters have
// something to choose from.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <string>
#include <vector>

#include "emulated_cudnn_graph.h"

namespace laminet::emulated_cudnn {

struct Engine {
  const char* name;
  std::vector<cudnnBackendNumericalNote_t> numerical_notes{};
  std::vector<cudnnBackendBehaviorNote_t> behavior_notes{};
};

int64_t engine_count();
const Engine& engine_at(int64_t index);
bool has_note(const Engine& engine, cudnnBackendNumericalNote_t note);

// Why no engine supports the graph; empty when one does. EMULATED_CUDNN_UNSUPPORTED: graphs whose name contains this have none.
std::string unsupported(const Graph& graph);
bool supports(int64_t engine, const Graph& graph);
int64_t workspace_bytes(int64_t engine, const Graph& graph);
// The best engines first; empty when none supports the graph.
std::vector<int64_t> heuristics(const Graph& graph, cudnnBackendHeurMode_t mode);

}  // namespace laminet::emulated_cudnn
