// Streams that are being captured, and what CUDA forbids meanwhile.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "emulator/graph.h"
#include "emulator/streams.h"

namespace laminet::emulator {

struct Capture {
  std::shared_ptr<Graph> graph = new_graph();
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  std::thread::id thread;
  Stream* origin = nullptr;
  unsigned long long id = 0;
  std::vector<Stream*> streams;
  bool invalid = false;
};

// For calls that wait, query, or use memory at once, on no stream in particular: refuses while a capture forbids them, and spoils it.
void forbid_while_capturing(const char* what);
// For calls that wait for `stream` or ask about it.
void forbid_if_captured(Stream* stream, const char* what);
// For the legacy stream, which waits for all blocking streams.
void forbid_legacy_while_capturing(const char* what);
// For waiting for the whole device.
void forbid_if_any_captured(const char* what);

void forget_captures();
void add_to_capture(Stream& stream, Work work);

}  // namespace laminet::emulator
