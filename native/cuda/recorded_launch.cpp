#include "recorded_launch.h"

#include <cuda_runtime_api.h>

#include "ranges.h"
#include "runtime/timeline.h"
#include "status.h"

namespace laminet::cuda {

namespace {

class Events {
 public:
  explicit Events(size_t count) : events_(count) {
    for (cudaEvent_t& event : events_) LAMINET_CUDA(cudaEventCreate(&event));
  }
  ~Events() {
    for (const cudaEvent_t event : events_) cudaEventDestroy(event);
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  void record(size_t index, cudaStream_t stream) { LAMINET_CUDA(cudaEventRecord(events_[index], stream)); }
  // Nanoseconds from event 0.
  int64_t time(size_t index) const {
    float milliseconds = 0;
    LAMINET_CUDA(cudaEventElapsedTime(&milliseconds, events_[0], events_[index]));
    return static_cast<int64_t>(static_cast<double>(milliseconds) * 1e6);
  }

 private:
  std::vector<cudaEvent_t> events_;
};

}  // namespace

void launch_recorded(std::vector<CompiledStep>& steps, const Places& places, DeviceState& state) {
  const cudaStream_t stream = state.context.stream();
  Events events(steps.size() + 1);
  LAMINET_CUDA(cudaStreamSynchronize(stream));  // so that the first event happens now
  const int64_t start = steady_nanoseconds();
  events.record(0, stream);
  for (size_t step = 0; step < steps.size(); ++step) {
    const Range range(steps[step].title());
    steps[step].work->launch(places, state.context);
    events.record(step + 1, stream);
  }
  LAMINET_CUDA(cudaStreamSynchronize(stream));
  for (size_t step = 0; step < steps.size(); ++step)
    state.recorder->kernel(static_cast<int>(step), start + events.time(step), start + events.time(step + 1));
}

}  // namespace laminet::cuda
