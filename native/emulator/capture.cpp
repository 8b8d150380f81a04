#include "emulator/capture.h"

#include <algorithm>

#include "emulator/api.h"
#include "emulator/tool.h"

namespace laminet::emulator {
namespace {

auto& captures = *new std::vector<std::shared_ptr<Capture>>;
unsigned long long last_id = 0;
thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;

[[noreturn]] void spoil(Capture& capture, cudaError_t code, const std::string& why) {
  capture.invalid = true;
  refuse(code, why);
}

std::shared_ptr<Capture> capture_of(Stream* stream) { return stream ? stream->capture : nullptr; }

// Takes all streams out of the capture.
void close(Capture& capture) {
  for (Stream* stream : capture.streams) {
    stream->capture = nullptr;
    stream->captured_last.clear();
  }
  std::erase_if(captures, [&](const auto& other) { return other.get() == &capture; });
}

// Every other stream's last node must come before the origin's, or it would be lost (programming guide, "cross-stream dependencies").
bool all_joined(const Capture& capture) {
  std::vector<bool> before(capture.graph->nodes.size());
  std::vector<size_t> open = capture.origin->captured_last;
  while (!open.empty()) {
    const size_t node = open.back();
    open.pop_back();
    if (before[node]) continue;
    before[node] = true;
    open.insert(open.end(), capture.graph->nodes[node].after.begin(), capture.graph->nodes[node].after.end());
  }
  return std::all_of(before.begin(), before.end(), [](bool reached) { return reached; });
}

cudaStreamCaptureStatus status_of(const std::shared_ptr<Capture>& capture) {
  if (!capture) return cudaStreamCaptureStatusNone;
  return capture->invalid ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
}

void begin(cudaStream_t handle, cudaStreamCaptureMode mode) {
  Stream* stream = stream_of(handle);
  if (!stream) refuse(cudaErrorStreamCaptureUnsupported, "cudaStreamBeginCapture: the legacy stream cannot be captured");
  if (stream->capture) refuse(cudaErrorIllegalState, "cudaStreamBeginCapture: the stream is being captured already");
  auto capture = std::make_shared<Capture>();
  capture->mode = mode;
  capture->thread = std::this_thread::get_id();
  capture->origin = stream;
  capture->id = ++last_id;
  capture->streams.push_back(stream);
  stream->capture = capture;
  captures.push_back(capture);
}

void end(cudaStream_t handle, cudaGraph_t* graph) {
  Stream* stream = stream_of(handle);
  *graph = nullptr;
  const auto capture = capture_of(stream);
  if (!capture) refuse(cudaErrorIllegalState, "cudaStreamEndCapture: the stream is not being captured");
  if (capture->origin != stream) {
    spoil(*capture, cudaErrorStreamCaptureUnmatched, "cudaStreamEndCapture: the capture began on another stream");
  }
  if (capture->mode != cudaStreamCaptureModeRelaxed && capture->thread != std::this_thread::get_id()) {
    spoil(*capture, cudaErrorStreamCaptureWrongThread, "cudaStreamEndCapture: the capture began on another thread");
  }
  const bool joined = all_joined(*capture);
  close(*capture);
  if (capture->invalid) refuse(cudaErrorStreamCaptureInvalidated, "cudaStreamEndCapture: an earlier call has spoilt the capture");
  if (!joined) refuse(cudaErrorStreamCaptureUnjoined, "cudaStreamEndCapture: work of another stream was forked off and never joined");
  *graph = reinterpret_cast<cudaGraph_t>(new std::shared_ptr<Graph>(capture->graph));
}

}  // namespace

void forbid_while_capturing(const char* what) {
  if (thread_mode == cudaStreamCaptureModeRelaxed) return;
  for (const auto& capture : captures) {
    const bool here = capture->thread == std::this_thread::get_id();
    const bool forbidden = capture->mode == cudaStreamCaptureModeGlobal ? here || thread_mode == cudaStreamCaptureModeGlobal
                                                                        : capture->mode == cudaStreamCaptureModeThreadLocal && here;
    if (!forbidden) continue;
    spoil(*capture, cudaErrorStreamCaptureUnsupported, std::string(what) + ": not permitted while a stream is being captured");
  }
}

void forbid_if_captured(Stream* stream, const char* what) {
  if (!stream) return forbid_legacy_while_capturing(what);
  if (!stream->capture) return;
  spoil(*stream->capture, cudaErrorStreamCaptureUnsupported, std::string(what) + ": the stream is being captured");
}

void forbid_legacy_while_capturing(const char* what) {
  for (const auto& capture : captures) {
    const auto& streams = capture->streams;
    if (std::none_of(streams.begin(), streams.end(), [](const Stream* stream) { return stream->blocking; })) continue;
    spoil(*capture, cudaErrorStreamCaptureImplicit, std::string(what) + " would wait for a blocking stream that is being captured");
  }
}

void forbid_if_any_captured(const char* what) {
  if (captures.empty()) return;
  spoil(*captures.front(), cudaErrorStreamCaptureUnsupported, std::string(what) + ": a stream is being captured");
}

void forget_captures() {
  while (!captures.empty()) close(*captures.back());
}

void add_to_capture(Stream& stream, Work work) {
  Capture& capture = *stream.capture;
  if (capture.invalid) refuse(cudaErrorStreamCaptureInvalidated, work.name + ": an earlier call has spoilt the capture");
  capture.graph->nodes.push_back({std::move(work), stream.captured_last});
  stream.captured_last = {capture.graph->nodes.size() - 1};
  tell_new_node(*capture.graph);
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  return call("cudaStreamBeginCapture", [=] { begin(stream, mode); });
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  return call("cudaStreamEndCapture", [=] { end(stream, graph); });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  return call("cudaStreamIsCapturing", [=] {
    Stream* known = stream_of(stream);
    if (!known) forbid_legacy_while_capturing("cudaStreamIsCapturing of the legacy stream");
    *status = status_of(capture_of(known));
  });
}

cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus* status, unsigned long long* id, cudaGraph_t* graph,
                                     const cudaGraphNode_t** dependencies, const cudaGraphEdgeData** edges, size_t* count) {
  return call("cudaStreamGetCaptureInfo", [=] {
    if (graph || dependencies || edges || count) refuse(cudaErrorNotSupported, "cudaStreamGetCaptureInfo: only status and id are emulated");
    const auto capture = capture_of(stream_of(stream));
    *status = status_of(capture);
    if (id) *id = capture ? capture->id : 0;
  });
}

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  return call("cudaThreadExchangeStreamCaptureMode", [=] { std::swap(thread_mode, *mode); });
}

}  // extern "C"
