#include "emulator/graph.h"

#include "emulator/api.h"
#include "emulator/capture.h"
#include "emulator/order.h"
#include "emulator/tool.h"

namespace laminet::emulator {
namespace {

using Handle = std::shared_ptr<Graph>;

// An executable keeps the graph as it was when it was made.
Handle& graph_of(cudaGraph_t graph) {
  if (!graph) refuse(cudaErrorInvalidValue, "a null graph");
  return *reinterpret_cast<Handle*>(graph);
}

Handle& graph_of(cudaGraphExec_t executable) {
  if (!executable) refuse(cudaErrorInvalidValue, "a null executable graph");
  return *reinterpret_cast<Handle*>(executable);
}

Handle clone_of(const Graph& graph, uint32_t number) {
  auto clone = std::make_shared<Graph>(graph);
  clone->number = number;
  clone->clone = true;
  tell_clone(*clone, graph);
  return clone;
}

void instantiate(cudaGraphExec_t* executable, cudaGraph_t graph) {
  forbid_while_capturing("cudaGraphInstantiate");
  *executable = reinterpret_cast<cudaGraphExec_t>(new Handle(clone_of(*graph_of(graph), new_graph()->number)));
}

bool same_shape(const Graph& a, const Graph& b) {
  if (a.nodes.size() != b.nodes.size()) return false;
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    if (a.nodes[i].work.name != b.nodes[i].work.name || a.nodes[i].after != b.nodes[i].after) return false;
  }
  return true;
}

}  // namespace

std::shared_ptr<Graph> new_graph() {
  static uint32_t last_number = 0;
  auto graph = std::make_shared<Graph>();
  graph->number = ++last_number;
  return graph;
}

void run_graph(const Graph& graph, Stream* stream, uint32_t call) {
  std::vector<size_t> missing(graph.nodes.size());
  std::vector<std::vector<size_t>> next(graph.nodes.size());
  std::vector<uint32_t> ready;
  for (size_t node = 0; node < graph.nodes.size(); ++node) {
    missing[node] = graph.nodes[node].after.size();
    for (const size_t before : graph.nodes[node].after) next[before].push_back(node);
    if (!missing[node]) ready.push_back(static_cast<uint32_t>(node));
  }
  while (!ready.empty()) {
    put_in_order(ready.data(), ready.size());
    const size_t node = ready.front();
    ready.erase(ready.begin());
    perform(graph.nodes[node].work, stream, call, graph.node_id(node));
    for (const size_t after : next[node]) {
      if (--missing[after] == 0) ready.push_back(static_cast<uint32_t>(after));
    }
  }
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

cudaError_t cudaGraphCreate(cudaGraph_t* graph, unsigned) {
  return call("cudaGraphCreate", [=] { *graph = reinterpret_cast<cudaGraph_t>(new Handle(new_graph())); });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  return call("cudaGraphInstantiate", [=] { instantiate(executable, graph); });
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  return call("cudaGraphInstantiateWithFlags", [=] { instantiate(executable, graph); });
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t stream) {
  return call("cudaGraphUpload", [=] {
    graph_of(executable);
    stream_of(stream);
  });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  return call("cudaGraphLaunch", [=] {
    ++counts().graph_launches;
    const Handle graph = graph_of(executable);
    Stream* const known = stream_of(stream);
    submit(stream, {"cudaGraphLaunch", [graph, known, call = current_call()] { run_graph(*graph, known, call); }, graph->nodes.size()});
  });
}

// Takes over another capture of the same work: as on a GPU only where the nodes and what they come after are the same.
cudaError_t cudaGraphExecUpdate(cudaGraphExec_t executable, cudaGraph_t graph, cudaGraphExecUpdateResultInfo* info) {
  return call("cudaGraphExecUpdate", [=] {
    const bool same = same_shape(*graph_of(executable), *graph_of(graph));
    *info = {same ? cudaGraphExecUpdateSuccess : cudaGraphExecUpdateErrorTopologyChanged, nullptr, nullptr};
    if (!same) refuse(cudaErrorGraphExecUpdateFailure, "cudaGraphExecUpdate: the graphs differ");
    graph_of(executable) = clone_of(*graph_of(graph), graph_of(executable)->number);
  });
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  return call("cudaGraphExecDestroy", [=] { delete &graph_of(executable); });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  return call("cudaGraphDestroy", [=] { delete &graph_of(graph); });
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, size_t* count) {
  return call("cudaGraphGetNodes", [=] {
    if (nodes) refuse(cudaErrorNotSupported, "cudaGraphGetNodes: only the number of nodes is emulated");
    *count = graph_of(graph)->nodes.size();
  });
}

}  // extern "C"
