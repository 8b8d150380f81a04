#include "race.h"

#include <algorithm>
#include <limits>

#include "cuda/memory.h"
#include "cuda/status.h"
#include "runtime/log.h"

namespace laminet::cuda::cudnn {

namespace {

constexpr int kRuns = 3;

class Event {
 public:
  Event() { LAMINET_CUDA(cudaEventCreate(&event_)); }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

// Memory for the tensors of one problem. Its contents are zeros: times do not depend on them.
class Track {
 public:
  Track(Context& context, const Convolution& c) : context_(context), account_(context.account) {
    const auto& [rows, columns] = c.geometry;
    add(Tensor::x, c.dtype, {c.images, rows.input, columns.input, c.channels});
    add(Tensor::kernel, c.dtype, {rows.window, columns.window, c.channels / c.groups, c.outputs});
    add(Tensor::y, c.dtype, {c.images, rows.output, columns.output, c.outputs});
    if (c.epilogue != Epilogue::none) add(Tensor::bias, c.dtype, {c.outputs});
  }

  // The shortest of some runs after one that warms up.
  float time(const Plan& plan) {
    const DeviceMemory workspace(account_, plan.workspace_bytes(), "the workspace of a timed convolution");
    const Addresses addresses(tensors_, workspace.data());
    time_once(plan, addresses);
    float best = time_once(plan, addresses);
    for (int run = 1; run < kRuns; ++run) best = std::min(best, time_once(plan, addresses));
    return best;
  }

 private:
  void add(Tensor tensor, DType dtype, const Shape& shape) {
    const Type type{dtype, shape};
    memory_.push_back(std::make_unique<DeviceMemory>(account_, type.bytes(), "a tensor " + type.text() + " of a timed convolution"));
    LAMINET_CUDA(cudaMemsetAsync(memory_.back()->data(), 0, type.bytes(), context_.stream()));
    tensors_.emplace_back(tensor, memory_.back()->data());
  }

  float time_once(const Plan& plan, const Addresses& addresses) {
    LAMINET_CUDA(cudaEventRecord(begin_.get(), context_.stream()));
    plan.execute(context_.cudnn(), addresses, context_.name() + ": timing");
    LAMINET_CUDA(cudaEventRecord(end_.get(), context_.stream()));
    LAMINET_CUDA(cudaEventSynchronize(end_.get()));
    float milliseconds = 0;
    LAMINET_CUDA(cudaEventElapsedTime(&milliseconds, begin_.get(), end_.get()));
    return milliseconds;
  }

  Context& context_;
  const std::shared_ptr<Account> account_;
  std::vector<std::unique_ptr<DeviceMemory>> memory_;
  std::vector<std::pair<Tensor, void*>> tensors_;
  Event begin_, end_;
};

}  // namespace

Timer race_timer(Context& context, const Convolution& convolution) {
  return [&context, convolution, track = std::shared_ptr<Track>()](const Plan& plan) mutable {
    try {
      if (!track) track = std::make_shared<Track>(context, convolution);
      return track->time(plan);
    } catch (const Error& error) {  // out of memory, or an engine that fails
      require_usable();
      log("cudnn: " + plan.name() + " is not timed: " + error.what());
      return std::numeric_limits<float>::infinity();
    }
  };
}

}  // namespace laminet::cuda::cudnn
