#include "emulator/streams.h"

#include <algorithm>
#include <set>

#include "emulator/api.h"
#include "emulator/capture.h"
#include "emulator/order.h"
#include "emulator/tool.h"

namespace laminet::emulator {
namespace {

// Kernels and copies that a stream holds, those of graphs counted one by one; then the host waits, as on a GPU. A GPU holds about a
// thousand, but it also works meanwhile: with as many, the end of a process would wait for minutes of emulated work.
constexpr size_t kQueue = 128;

auto& streams = *new std::set<Stream*>;
Stream* per_thread_stream = nullptr;

void run_one(Stream& stream) {
  const Work work = std::move(stream.queue.front());
  stream.queue.pop_front();
  stream.queued -= work.parts;
  perform(work, &stream, work.call, 0);
}

// Under a shuffled order the device may be anywhere between the latest moment and the earliest.
void run_some_ahead() {
  for (uint32_t ahead = any_below(3); ahead > 0 && !streams.empty(); --ahead) {
    Stream& stream = **std::next(streams.begin(), any_below(static_cast<uint32_t>(streams.size())));
    if (!stream.queue.empty()) run_one(stream);
  }
}

Stream* make_stream(unsigned flags, int priority) {
  auto* stream = new Stream;
  stream->blocking = !(flags & cudaStreamNonBlocking);
  stream->priority = priority;
  streams.insert(stream);
  return stream;
}

cudaStream_t handle_of(Stream* stream) { return reinterpret_cast<cudaStream_t>(stream); }

void finish_blocking() {
  for (Stream* stream : streams) {
    if (stream->blocking) finish(stream);
  }
}

}  // namespace

Stream* stream_of(cudaStream_t handle) {
  if (!handle || handle == cudaStreamLegacy) return nullptr;
  if (handle == cudaStreamPerThread) return per_thread_stream ? per_thread_stream : per_thread_stream = make_stream(0, 0);
  auto* stream = reinterpret_cast<Stream*>(handle);
  if (!streams.count(stream)) refuse(cudaErrorInvalidResourceHandle, "a handle of no stream");
  return stream;
}

void submit(cudaStream_t handle, Work work) {
  Stream* stream = stream_of(handle);
  work.call = current_call();
  if (stream && stream->capture) return add_to_capture(*stream, std::move(work));
  if (!stream) {
    forbid_legacy_while_capturing("work on the legacy stream");
    finish_blocking();
    perform(work, nullptr, work.call, 0);
    return;
  }
  stream->queued += work.parts;
  stream->queue.push_back(std::move(work));
  while (stream->queued > kQueue && stream->queue.size() > 1) run_one(*stream);
  run_some_ahead();
}

void finish(Stream* stream) {
  if (!stream) return finish_blocking();
  while (!stream->queue.empty()) run_one(*stream);
}

void finish_all() {
  for (Stream* stream : streams) finish(stream);
}

void reach(Mark& mark) {
  while (!mark.reached) run_one(*mark.stream);
}

void forget_queued_work() {
  for (Stream* stream : streams) {
    stream->queue.clear();
    stream->queued = 0;
  }
}

void destroy_all_streams() {
  for (const Stream* stream : streams) delete stream;
  streams.clear();
  per_thread_stream = nullptr;
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return call("cudaStreamCreate", [=] { *stream = handle_of(make_stream(0, 0)); });
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return call("cudaStreamCreateWithFlags", [=] { *stream = handle_of(make_stream(flags, 0)); });
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int priority) {
  return call("cudaStreamCreateWithPriority", [=] { *stream = handle_of(make_stream(flags, priority)); });
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  return call("cudaStreamDestroy", [=] {
    Stream* stream = stream_of(handle);
    if (!stream) refuse(cudaErrorInvalidResourceHandle, "cudaStreamDestroy: the legacy stream");
    forbid_if_captured(stream, "cudaStreamDestroy");
    finish(stream);
    streams.erase(stream);
    delete stream;
  });
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  return call("cudaStreamSynchronize", [=] {
    Stream* stream = stream_of(handle);
    forbid_if_captured(stream, "cudaStreamSynchronize");
    ++counts().synchronizations;
    finish(stream);
  });
}

// The first question about work that has not run is answered "not ready" and runs it.
cudaError_t cudaStreamQuery(cudaStream_t handle) {
  return call("cudaStreamQuery", [=] {
    Stream* stream = stream_of(handle);
    forbid_if_captured(stream, "cudaStreamQuery");
    ++counts().queries;
    const bool done = !stream || stream->queue.empty();
    finish(stream);
    if (!done) throw Refusal{cudaErrorNotReady};
  });
}

cudaError_t cudaStreamGetPriority(cudaStream_t handle, int* priority) {
  return call("cudaStreamGetPriority", [=] {
    const Stream* stream = stream_of(handle);
    *priority = stream ? stream->priority : 0;
  });
}

cudaError_t cudaStreamGetFlags(cudaStream_t handle, unsigned* flags) {
  return call("cudaStreamGetFlags", [=] {
    const Stream* stream = stream_of(handle);
    *flags = !stream || stream->blocking ? cudaStreamDefault : cudaStreamNonBlocking;
  });
}

cudaError_t cudaDeviceSynchronize() {
  return call("cudaDeviceSynchronize", [] {
    forbid_if_any_captured("cudaDeviceSynchronize");
    ++counts().synchronizations;
    finish_all();
  });
}

cudaError_t cudaDeviceReset() {
  return call("cudaDeviceReset", [] { finish_all(); });
}

// Runs at once: the device may be that fast, and whoever waits for the function does not wait for the stream.
cudaError_t cudaLaunchHostFunc(cudaStream_t handle, cudaHostFn_t function, void* data) {
  return call("cudaLaunchHostFunc", [=] {
    submit(handle, {"cudaLaunchHostFunc", [=] { function(data); }});
    Stream* stream = stream_of(handle);
    if (stream && !stream->capture) finish(stream);
  });
}

}  // extern "C"
