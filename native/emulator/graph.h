// Graphs: the work that a capture has recorded, and what each part of it comes after.
#pragma once

#include <cstddef>
#include <vector>

#include "emulator/streams.h"

namespace laminet::emulator {

struct Node {
  Work work;
  std::vector<size_t> after;
};

struct Graph {
  std::vector<Node> nodes;  // each after what it comes after
};

// Runs all nodes in an order that the graph allows.
void run_graph(const Graph& graph);

}  // namespace laminet::emulator
