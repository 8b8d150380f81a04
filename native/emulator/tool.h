// Tells the tool, if there is one (trace.h).
#pragma once

#include <cstdint>

#include "emulator/streams.h"

namespace laminet::emulator {

struct Graph;

// A call of the runtime, from its beginning to its end: what is submitted meanwhile bears its number.
class TracedCall {
 public:
  explicit TracedCall(const char* function);
  ~TracedCall();
  TracedCall(const TracedCall&) = delete;
  TracedCall& operator=(const TracedCall&) = delete;

 private:
  const char* const function_;
  const uint32_t outer_;
};

uint32_t current_call();
// Runs the work that `call` asked for; `node` is that of a graph, or 0.
void perform(const Work& work, Stream* stream, uint32_t call, uint64_t node);
// The last node of `graph` is new.
void tell_new_node(const Graph& graph);
void tell_clone(const Graph& clone, const Graph& original);

}  // namespace laminet::emulator
