// Graphs: the work that a capture has recorded, and what each part of it comes after.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "emulator/streams.h"

namespace laminet::emulator {

struct Node {
  Work work;
  std::vector<size_t> after;
};

struct Graph {
  uint32_t number = 0;
  bool clone = false;       // that is executed
  std::vector<Node> nodes;  // each after what it comes after

  // As tools know the node. Clones count backwards: nobody shall know a node again by its place.
  uint64_t node_id(size_t node) const { return uint64_t{number} << 32 | (clone ? nodes.size() - node : node + 1); }
};

std::shared_ptr<Graph> new_graph();

// Runs all nodes in an order that the graph allows; `call` launched it.
void run_graph(const Graph& graph, Stream* stream, uint32_t call);

}  // namespace laminet::emulator
