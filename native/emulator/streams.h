// Streams: work waits in them until the host waits for it, the latest moment that CUDA allows (under EMULATOR_ORDER some runs earlier). So
// a host that reads too early, or reuses staging memory too early, gets wrong numbers here too.
#pragma once

#include <cuda_runtime_api.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "emulator/trace.h"

namespace laminet::emulator {

struct Stream;

// A point in a stream that events and waits refer to.
struct Mark {
  Stream* stream = nullptr;
  bool reached = false;
  std::chrono::steady_clock::time_point when;
};

struct Work {
  std::string name;
  std::function<void()> run;
  size_t parts = 1;  // more for a graph
  laminet_emulator_work_kind kind = laminet_emulator_other;
  int direction = 0;  // of a copy
  size_t bytes = 0;   // of a copy or a fill
  uint32_t call = 0;  // that asked for it; submit() notes it
};

struct Capture;

struct Stream {
  bool blocking = true;  // runs in turn with the legacy stream
  int priority = 0;
  std::deque<Work> queue;
  size_t queued = 0;  // parts of the work in it
  std::shared_ptr<Capture> capture;     // null unless the stream is being captured
  std::vector<size_t> captured_last;    // nodes that the next one comes after
};

// Null stands for the legacy stream. Refuses handles of no stream.
Stream* stream_of(cudaStream_t handle);
// Queues work, or adds it to the graph that the stream is being captured into.
void submit(cudaStream_t handle, Work work);
void finish(Stream* stream);  // null: all streams
void finish_all();
void reach(Mark& mark);
void forget_queued_work();
void destroy_all_streams();

}  // namespace laminet::emulator
