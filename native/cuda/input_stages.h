// The way of a step's inputs to the device: through page-locked memory, beside the computation, two steps at a time.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "buffer.h"
#include "device.h"

namespace laminet::cuda {

class InputStages {
 public:
  InputStages(std::shared_ptr<DeviceState> state, const std::vector<Type>& types);
  ~InputStages();
  InputStages(const InputStages&) = delete;
  InputStages& operator=(const InputStages&) = delete;

  // Where input i lies for the program, whatever run it is.
  void* place(size_t input) const { return static_cast<char*>(inputs_->data()) + offsets_[input]; }
  // Queues the copies; work that is queued on the stream after this call sees the new contents. What was pending may be released at once.
  void supply(std::span<const BufferPtr> inputs);

 private:
  struct Stage {
    std::unique_ptr<PinnedMemory> host;
    std::unique_ptr<DeviceMemory> device;
    cudaEvent_t arrived = nullptr;   // on the device, and `host` is free again
    cudaEvent_t consumed = nullptr;  // copied to its place, `device` is free again
  };

  void send(Stage& stage, std::span<const BufferPtr> inputs);
  void open(Stage& stage);

  const std::shared_ptr<DeviceState> state_;
  std::vector<size_t> offsets_;
  size_t bytes_ = 0;
  std::unique_ptr<DeviceMemory> inputs_;
  std::array<Stage, 2> stages_;
  size_t turn_ = 0;
};

}  // namespace laminet::cuda
