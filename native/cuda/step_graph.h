// A whole step as one CUDA graph.
#pragma once

#include <cuda_runtime_api.h>

#include <functional>

#include "context.h"

namespace laminet::cuda {

class StepGraph {
 public:
  using Launch = std::function<void(bool captured)>;

  StepGraph() = default;
  ~StepGraph() { forget(); }
  StepGraph(const StepGraph&) = delete;
  StepGraph& operator=(const StepGraph&) = delete;

  // Addresses have changed: the next run is eager again.
  void forget();
  // `launch(captured)` queues the step. Called itself the first time (libraries and kernels are loaded then), captured the second, as a graph from then on.
  // A step that cannot be captured stays eager, with one warning in a process. A graph belongs to the recording in which it was captured,
  // or to none: a recording knows the nodes that it saw made.
  void run(Context& context, const Launch& launch);

 private:
  void drop();
  bool capture(Context& context, const Launch& launch);

  cudaGraphExec_t graph_ = nullptr;
  bool warmed_up_ = false;
  bool refused_ = false;
  int64_t recording_ = 0;  // Activity::number, 0 without one
  int number_ = 0;         // Activity::begin_graph
};

}  // namespace laminet::cuda
