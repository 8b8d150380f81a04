// Events: points in streams that the host and other streams wait for. Within a capture they carry which nodes come before.
#include <memory>
#include <set>

#include "emulator/api.h"
#include "emulator/capture.h"
#include "emulator/events.h"
#include "emulator/streams.h"

namespace laminet::emulator {
namespace {

struct Event {
  bool timed = true;
  std::shared_ptr<Mark> mark;              // of the latest record outside of captures
  std::shared_ptr<Capture> capture;        // of the latest record, when it was captured
  std::vector<size_t> captured_after;
};
auto& events = *new std::set<Event*>;

Event& event_of(cudaEvent_t handle) {
  auto* event = reinterpret_cast<Event*>(handle);
  if (!events.count(event)) refuse(cudaErrorInvalidResourceHandle, "a handle of no event");
  return *event;
}

cudaEvent_t make_event(unsigned flags) {
  auto* event = new Event;
  event->timed = !(flags & cudaEventDisableTiming);
  events.insert(event);
  return reinterpret_cast<cudaEvent_t>(event);
}

void record(Event& event, cudaStream_t handle) {
  Stream* stream = stream_of(handle);
  if (stream && stream->capture) {
    event.capture = stream->capture;
    event.captured_after = stream->captured_last;
    return;
  }
  event.capture = nullptr;
  event.mark = std::make_shared<Mark>();
  event.mark->stream = stream;
  submit(handle, {"cudaEventRecord", [mark = event.mark] {
                    mark->when = std::chrono::steady_clock::now();
                    mark->reached = true;
                  }});
}

// A stream that waits for an event of a capture becomes part of the capture.
void join_capture(Stream& stream, const Event& event) {
  if (stream.capture && stream.capture != event.capture) {
    stream.capture->invalid = event.capture->invalid = true;
    refuse(cudaErrorStreamCaptureMerge, "cudaStreamWaitEvent would merge two captures");
  }
  if (!stream.capture) {
    stream.capture = event.capture;
    event.capture->streams.push_back(&stream);
  }
  for (const size_t node : event.captured_after) {
    if (std::find(stream.captured_last.begin(), stream.captured_last.end(), node) == stream.captured_last.end()) {
      stream.captured_last.push_back(node);
    }
  }
}

void wait(cudaStream_t handle, Event& event) {
  Stream* stream = stream_of(handle);
  if (event.capture) {
    if (!stream) refuse(cudaErrorStreamCaptureImplicit, "cudaStreamWaitEvent: the legacy stream cannot join a capture");
    return join_capture(*stream, event);
  }
  if (stream && stream->capture) {
    if (!event.mark) return;
    stream->capture->invalid = true;
    refuse(cudaErrorStreamCaptureIsolation, "cudaStreamWaitEvent: the event was recorded outside of the capture");
  }
  if (event.mark) submit(handle, {"cudaStreamWaitEvent", [mark = event.mark] { reach(*mark); }});
}

void forbid_captured(const Event& event, const char* what) {
  if (!event.capture) return;
  event.capture->invalid = true;
  refuse(cudaErrorCapturedEvent, std::string(what) + ": the event was recorded in a capture");
}

}  // namespace

void destroy_all_events() {
  for (const Event* event : events) delete event;
  events.clear();
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return call("cudaEventCreate", [=] { *event = make_event(cudaEventDefault); });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  return call("cudaEventCreateWithFlags", [=] { *event = make_event(flags); });
}

cudaError_t cudaEventDestroy(cudaEvent_t handle) {
  return call("cudaEventDestroy", [=] {
    Event* event = &event_of(handle);
    events.erase(event);
    delete event;
  });
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return call("cudaEventRecord", [=] { record(event_of(event), stream); });
}

cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned) {
  return call("cudaEventRecordWithFlags", [=] { record(event_of(event), stream); });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  return call("cudaStreamWaitEvent", [=] { wait(stream, event_of(event)); });
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle) {
  return call("cudaEventSynchronize", [=] {
    const Event& event = event_of(handle);
    forbid_captured(event, "cudaEventSynchronize");
    forbid_while_capturing("cudaEventSynchronize");
    ++counts().synchronizations;
    if (event.mark) reach(*event.mark);
  });
}

// The first question about work that has not run is answered "not ready" and runs it.
cudaError_t cudaEventQuery(cudaEvent_t handle) {
  return call("cudaEventQuery", [=] {
    const Event& event = event_of(handle);
    forbid_captured(event, "cudaEventQuery");
    forbid_while_capturing("cudaEventQuery");
    ++counts().queries;
    if (!event.mark || event.mark->reached) return;
    reach(*event.mark);
    throw Refusal{cudaErrorNotReady};
  });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  return call("cudaEventElapsedTime", [=] {
    const Event& first = event_of(from);
    const Event& last = event_of(to);
    if (!first.timed || !last.timed || !first.mark || !last.mark) {
      refuse(cudaErrorInvalidResourceHandle, "cudaEventElapsedTime: an event without timing, or never recorded");
    }
    if (!first.mark->reached || !last.mark->reached) throw Refusal{cudaErrorNotReady};
    *milliseconds = std::chrono::duration<float, std::milli>(last.mark->when - first.mark->when).count();
  });
}

}  // extern "C"
