// Host code with mistakes: memory, order of streams, and captures.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "emulator_faults.h"

namespace laminet::test {
namespace {

constexpr size_t kBytes = 256;

// Device memory, pinned memory, streams and events of one attempt.
struct Scene {
  Scene() {
    error(cudaMalloc(&device, kBytes));
    error(cudaMemset(device, 1, kBytes));
    error(cudaMalloc(&other, kBytes));
    error(cudaMemset(other, 0, kBytes));
    error(cudaMallocHost(&pinned, kBytes));
    error(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    error(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
    error(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    error(cudaEventCreateWithFlags(&joined, cudaEventDisableTiming));
  }

  cudaError_t copy_to_pinned() { return cudaMemcpyAsync(pinned, device, kBytes, cudaMemcpyDeviceToHost, stream); }
  cudaError_t set(int value, cudaStream_t on) { return cudaMemsetAsync(device, value, kBytes, on); }
  unsigned char first_byte_of(const void* memory) {
    unsigned char byte = 0;
    error(cudaMemcpy(&byte, memory, 1, cudaMemcpyDeviceToHost));
    return byte;
  }

  FirstError error;
  void* device = nullptr;
  void* other = nullptr;
  void* pinned = nullptr;
  unsigned char pageable[kBytes] = {};
  cudaStream_t stream = nullptr;
  cudaStream_t second = nullptr;
  cudaEvent_t event = nullptr;
  cudaEvent_t joined = nullptr;
};

cudaError_t wrong_direction(bool wrong, bool&) {
  Scene scene;
  scene.error(cudaMemcpy(scene.device, scene.pageable, kBytes, wrong ? cudaMemcpyDeviceToHost : cudaMemcpyHostToDevice));
  return scene.error.get();
}

cudaError_t copy_past_end(bool wrong, bool&) {
  Scene scene;
  scene.error(cudaMemcpyAsync(scene.device, scene.other, wrong ? kBytes + 1 : kBytes, cudaMemcpyDeviceToDevice, scene.stream));
  return scene.error.get();
}

cudaError_t freed_twice(bool wrong, bool&) {
  Scene scene;
  scene.error(cudaFree(scene.device));
  if (wrong) scene.error(cudaFree(scene.device));
  return scene.error.get();
}

cudaError_t freed_before_the_stream_comes_to_it(bool wrong, bool&) {
  Scene scene;
  if (wrong) scene.error(cudaFreeAsync(scene.device, scene.second));
  if (wrong) scene.error(cudaStreamSynchronize(scene.second));
  scene.error(scene.set(2, scene.stream));
  scene.error(cudaStreamSynchronize(scene.stream));
  return scene.error.get();
}

// In a process of its own, which dies of it.
cudaError_t host_reads_device_memory(bool wrong, bool& numbers_wrong) {
  Scene scene;
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGSEGV, SIG_DFL);
    _exit(*static_cast<volatile unsigned char*>(wrong ? scene.device : scene.pinned) == 300);
  }
  int status = 0;
  waitpid(child, &status, 0);
  numbers_wrong = WIFSIGNALED(status);
  return scene.error.get();
}

cudaError_t read_before_synchronized(bool wrong, bool& numbers_wrong) {
  Scene scene;
  scene.error(scene.copy_to_pinned());
  if (!wrong) scene.error(cudaStreamSynchronize(scene.stream));
  numbers_wrong = *static_cast<unsigned char*>(scene.pinned) != 1;
  scene.error(cudaStreamSynchronize(scene.stream));
  return scene.error.get();
}

cudaError_t staging_reused_too_early(bool wrong, bool& numbers_wrong) {
  Scene scene;
  std::memset(scene.pinned, 3, kBytes);
  scene.error(cudaMemcpyAsync(scene.device, scene.pinned, kBytes, cudaMemcpyHostToDevice, scene.stream));
  scene.error(cudaEventRecord(scene.event, scene.stream));
  if (!wrong) scene.error(cudaEventSynchronize(scene.event));
  std::memset(scene.pinned, 4, kBytes);
  scene.error(cudaStreamSynchronize(scene.stream));
  numbers_wrong = scene.first_byte_of(scene.device) != 3;
  return scene.error.get();
}

cudaError_t streams_without_event(bool wrong, bool& numbers_wrong) {
  Scene scene;
  scene.error(scene.set(5, scene.stream));
  scene.error(cudaEventRecord(scene.event, scene.stream));
  if (!wrong) scene.error(cudaStreamWaitEvent(scene.second, scene.event, 0));
  scene.error(cudaMemcpyAsync(scene.other, scene.device, kBytes, cudaMemcpyDeviceToDevice, scene.second));
  scene.error(cudaStreamSynchronize(scene.second));
  numbers_wrong = scene.first_byte_of(scene.other) != 5;
  return scene.error.get();
}

// What `mistake` does while a stream is being captured; gives the error of ending the capture when it gives none.
template <typename Mistake>
cudaError_t while_capturing(bool wrong, const Mistake& mistake) {
  Scene scene;
  cudaGraph_t graph = nullptr;
  scene.error(cudaStreamBeginCapture(scene.stream, cudaStreamCaptureModeThreadLocal));
  scene.error(scene.set(2, scene.stream));
  if (wrong) scene.error(mistake(scene));
  scene.error(cudaStreamEndCapture(scene.stream, &graph));
  if (graph) scene.error(cudaGraphDestroy(graph));
  return scene.error.get();
}

cudaError_t synchronizes_in_capture(bool wrong, bool&) {
  return while_capturing(wrong, [](Scene& scene) { return cudaStreamSynchronize(scene.stream); });
}

cudaError_t allocates_in_capture(bool wrong, bool&) {
  return while_capturing(wrong, [](Scene&) {
    void* memory = nullptr;
    return cudaMalloc(&memory, kBytes);
  });
}

cudaError_t copies_pageable_in_capture(bool wrong, bool&) {
  return while_capturing(wrong, [](Scene& scene) {
    return cudaMemcpyAsync(scene.device, scene.pageable, kBytes, cudaMemcpyHostToDevice, scene.stream);
  });
}

cudaError_t goes_on_with_spoilt_capture(bool wrong, bool&) {
  return while_capturing(wrong, [](Scene& scene) {
    cudaStreamQuery(scene.stream);
    return scene.set(3, scene.stream);
  });
}

cudaError_t forgets_to_join(bool wrong, bool&) {
  return while_capturing(wrong, [](Scene& scene) {
    scene.error(cudaEventRecord(scene.event, scene.stream));
    scene.error(cudaStreamWaitEvent(scene.second, scene.event, 0));
    return scene.set(3, scene.second);
  });
}

cudaError_t waits_for_outside_event(bool wrong, bool&) {
  return while_capturing(wrong, [](Scene& scene) {
    scene.error(cudaEventRecord(scene.joined, scene.second));
    return cudaStreamWaitEvent(scene.stream, scene.joined, 0);
  });
}

cudaError_t uses_legacy_stream_in_capture(bool wrong, bool&) {
  Scene scene;
  cudaStream_t blocking = nullptr;
  cudaGraph_t graph = nullptr;
  scene.error(cudaStreamCreate(&blocking));
  scene.error(cudaStreamBeginCapture(blocking, cudaStreamCaptureModeRelaxed));
  if (wrong) scene.error(scene.set(2, nullptr));
  scene.error(cudaStreamEndCapture(blocking, &graph));
  if (graph) scene.error(cudaGraphDestroy(graph));
  return scene.error.get();
}

}  // namespace

std::vector<Fault> host_faults() {
  return {
      {"a copy in the wrong direction", cudaErrorInvalidValue, "cudaMemcpy: the source", wrong_direction},
      {"a copy past the end of a buffer", cudaErrorInvalidValue, "of 257 bytes", copy_past_end},
      {"memory freed twice", cudaErrorInvalidValue, "a second time", freed_twice},
      {"memory filled after it was freed on another stream", cudaErrorInvalidValue, "that was freed", freed_before_the_stream_comes_to_it},
      {"host code follows a device pointer", cudaSuccess, "segmentation fault", host_reads_device_memory},
      {"host code reads results before it has waited", cudaSuccess, "old numbers", read_before_synchronized},
      {"staging memory reused while it is being copied", cudaSuccess, "the new numbers arrive", staging_reused_too_early},
      {"a second stream does not wait for the first", cudaSuccess, "old numbers", streams_without_event},
      {"capture: synchronizes", cudaErrorStreamCaptureUnsupported, "cudaStreamSynchronize: the stream is being captured",
       synchronizes_in_capture},
      {"capture: allocates", cudaErrorStreamCaptureUnsupported, "cudaMalloc: not permitted", allocates_in_capture},
      {"capture: copies from pageable memory", cudaErrorStreamCaptureUnsupported, "pageable host memory", copies_pageable_in_capture},
      {"capture: goes on after a forbidden call", cudaErrorStreamCaptureInvalidated, "has spoilt the capture", goes_on_with_spoilt_capture},
      {"capture: a forked stream is never joined", cudaErrorStreamCaptureUnjoined, "never joined", forgets_to_join},
      {"capture: waits for an event from outside", cudaErrorStreamCaptureIsolation, "outside of the capture", waits_for_outside_event},
      {"capture: uses the legacy stream", cudaErrorStreamCaptureImplicit, "the legacy stream", uses_legacy_stream_in_capture},
  };
}

}  // namespace laminet::test
