#include "emulator/tool.h"

#include <chrono>

#include "emulator/api.h"
#include "emulator/graph.h"
#include "emulator/trace.h"

namespace laminet::emulator {
namespace {

const laminet_emulator_tool* tool = nullptr;
uint32_t last_call = 0;
uint32_t open_call = 0;

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

TracedCall::TracedCall(const char* function) : function_(function), outer_(open_call) {
  open_call = ++last_call;
  if (tool) tool->called(function_, open_call, false);
}

TracedCall::~TracedCall() {
  if (tool) tool->called(function_, open_call, true);
  open_call = outer_;
}

uint32_t current_call() { return open_call; }

void perform(const Work& work, Stream* stream, uint32_t call, uint64_t node) {
  const int64_t begin = now();
  work.run();
  if (!tool || work.kind == laminet_emulator_other) return;
  const laminet_emulator_worked worked{work.kind, work.name.c_str(), work.direction, work.bytes, stream, call, node, begin, now()};
  tool->worked(&worked);
}

void tell_new_node(const Graph& graph) {
  if (tool) tool->made_node(graph.node_id(graph.nodes.size() - 1));
}

// Clones are told twice, as by CUPTI: as new nodes, and as clones.
void tell_clone(const Graph& clone, const Graph& original) {
  if (!tool) return;
  for (size_t node = 0; node < clone.nodes.size(); ++node) {
    tool->made_node(clone.node_id(node));
    tool->cloned_node(clone.node_id(node), original.node_id(node));
  }
}

}  // namespace laminet::emulator

extern "C" void laminet_emulator_set_tool(const laminet_emulator_tool* new_tool) {
  const auto lock = laminet::emulator::lock_device();
  laminet::emulator::tool = new_tool;
}
