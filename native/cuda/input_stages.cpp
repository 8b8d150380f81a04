#include "input_stages.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstring>

#include "status.h"

namespace laminet::cuda {

namespace {

cudaEvent_t make_event() {
  cudaEvent_t event = nullptr;
  LAMINET_CUDA(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return event;
}

}  // namespace

InputStages::InputStages(std::shared_ptr<DeviceState> state, const std::vector<Type>& types) : state_(std::move(state)) {
  for (const Type& type : types) {
    offsets_.push_back(bytes_);
    bytes_ += with_gap(type.bytes());
  }
  inputs_ = std::make_unique<DeviceMemory>(state_->account, bytes_, "the inputs of a program");
}

InputStages::~InputStages() {
  for (Stage& stage : stages_) {
    if (stage.arrived == nullptr) continue;
    cudaEventSynchronize(stage.arrived);  // the copy still reads the page-locked memory
    cudaEventDestroy(stage.arrived);
    cudaEventDestroy(stage.consumed);
  }
}

void InputStages::supply(std::span<const BufferPtr> inputs) {
  if (inputs.empty()) return;
  const bool any_pending =
      std::any_of(inputs.begin(), inputs.end(), [](const BufferPtr& input) { return as_cuda(input).pending() != nullptr; });
  Stage& stage = stages_[turn_];
  if (any_pending) {
    send(stage, inputs);
    turn_ = (turn_ + 1) % stages_.size();
  }
  const cudaStream_t stream = state_->context.stream();
  for (size_t i = 0; i < inputs.size(); ++i) {
    CudaBuffer& input = as_cuda(inputs[i]);
    const size_t bytes = input.type.bytes();
    const void* source = input.pending() != nullptr ? static_cast<char*>(stage.device->data()) + offsets_[i] : input.device_data();
    if (bytes != 0) LAMINET_CUDA(cudaMemcpyAsync(place(i), source, bytes, cudaMemcpyDeviceToDevice, stream));
  }
  if (any_pending) LAMINET_CUDA(cudaEventRecord(stage.consumed, stream));
}

void InputStages::send(Stage& stage, std::span<const BufferPtr> inputs) {
  const cudaStream_t copies = state_->context.copy_stream();
  if (stage.arrived == nullptr) open(stage);
  // Only when the GPU is two steps behind is there anything to wait for.
  const cudaError_t status = cudaEventQuery(stage.arrived);
  if (status == cudaErrorNotReady) {
    cudaGetLastError();  // the answer counts as an error, which the next launch would find
    LAMINET_CUDA(cudaEventSynchronize(stage.arrived));
  } else {
    check(status, "cudaEventQuery");
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const CudaBuffer& input = as_cuda(inputs[i]);
    if (input.pending() != nullptr && input.type.bytes() != 0)
      std::memcpy(stage.host->data() + offsets_[i], input.pending(), input.type.bytes());
  }
  LAMINET_CUDA(cudaStreamWaitEvent(copies, stage.consumed, 0));
  LAMINET_CUDA(cudaMemcpyAsync(stage.device->data(), stage.host->data(), bytes_, cudaMemcpyHostToDevice, copies));
  LAMINET_CUDA(cudaEventRecord(stage.arrived, copies));
  LAMINET_CUDA(cudaStreamWaitEvent(state_->context.stream(), stage.arrived, 0));
}

void InputStages::open(Stage& stage) {
  stage.host = std::make_unique<PinnedMemory>(bytes_);
  stage.device = std::make_unique<DeviceMemory>(state_->account, bytes_, "the inputs of a program");
  stage.arrived = make_event();
  stage.consumed = make_event();
  std::memset(stage.host->data(), 0, bytes_);  // the gaps between inputs are sent too
  LAMINET_CUDA(cudaEventRecord(stage.consumed, state_->context.stream()));  // after the memory is there
}

}  // namespace laminet::cuda
