#include "step_graph.h"

#include <atomic>
#include <cstdio>
#include <string>

#include "activity.h"
#include "runtime/log.h"
#include "status.h"

namespace laminet::cuda {

namespace {

void warn_once(const std::string& reason) {
  static std::atomic<bool> warned{false};
  const std::string text = "cuda: a step cannot be captured into a graph and stays slower: " + reason;
  log(text);
  if (!warned.exchange(true)) std::fprintf(stderr, "laminet: %s\n", text.c_str());
}

}  // namespace

void StepGraph::drop() {
  if (graph_ != nullptr) cudaGraphExecDestroy(graph_);
  graph_ = nullptr;
}

void StepGraph::forget() {
  drop();
  warmed_up_ = false;
}

void StepGraph::run(Context& context, const Launch& launch) {
  Activity* const activity = context.activity.get();
  if (recording_ != (activity == nullptr ? 0 : activity->number())) drop();
  if (graph_ == nullptr && warmed_up_ && !refused_) refused_ = !capture(context, launch);
  if (graph_ == nullptr) {
    launch(false);
    warmed_up_ = true;
  } else {
    LAMINET_CUDA(cudaGraphLaunch(graph_, context.stream()));
    if (activity != nullptr) activity->launched(number_);
  }
}

bool StepGraph::capture(Context& context, const Launch& launch) {
  cudaGraph_t graph = nullptr;
  std::string reason;
  Activity* const activity = context.activity.get();
  recording_ = activity == nullptr ? 0 : activity->number();
  if (activity != nullptr) number_ = activity->begin_graph();
  // Thread-local: what other threads of the process do with other streams is no fault of this capture.
  LAMINET_CUDA(cudaStreamBeginCapture(context.stream(), cudaStreamCaptureModeThreadLocal));
  try {
    launch(true);
  } catch (const Error& error) {
    reason = error.what();
  }
  const cudaError_t ended = cudaStreamEndCapture(context.stream(), &graph);
  if (reason.empty() && ended != cudaSuccess) reason = std::string("cudaStreamEndCapture: ") + cudaGetErrorString(ended);
  if (reason.empty()) {
    const cudaError_t made = cudaGraphInstantiate(&graph_, graph, 0);
    if (made != cudaSuccess) reason = std::string("cudaGraphInstantiate: ") + cudaGetErrorString(made);
  }
  if (graph != nullptr) cudaGraphDestroy(graph);
  if (reason.empty()) return true;
  cudaGetLastError();
  graph_ = nullptr;
  require_usable();
  warn_once(reason);
  return false;
}

}  // namespace laminet::cuda
