#include "device.h"

#include <cuda_runtime_api.h>
#include <cudnn.h>

#include <cstring>

#include "activity.h"
#include "executable.h"
#include "runtime/log.h"
#include "status.h"

namespace laminet::cuda {

namespace {

void check_bytes(const char* what, const Type& type, size_t received) {
  if (received == type.bytes()) return;
  throw Error("INTERNAL", std::string(what) + ": wrong size for " + type.text() + ": received " + std::to_string(received) +
                              " bytes; expected " + std::to_string(type.bytes()));
}

}  // namespace

void* DeviceState::settle(CudaBuffer& buffer) {
  void* const address = buffer.device_data();
  if (buffer.pending() != nullptr) {
    // From pageable memory: when the call returns, the host memory is free again.
    if (buffer.type.bytes() != 0)
      LAMINET_CUDA(cudaMemcpyAsync(address, buffer.pending(), buffer.type.bytes(), cudaMemcpyHostToDevice, context.stream()));
    buffer.forget_pending();
  }
  return address;
}

// The current device belongs to the calling thread; the constructor ran on another one than the rest.
void CudaDevice::enter() {
  static thread_local const char here = 0;
  require_usable();
  if (thread_ == &here) return;
  LAMINET_CUDA(cudaSetDevice(state_->context.options.index));
  thread_ = &here;
}

std::string CudaDevice::description() const {
  const cudaDeviceProp& properties = state_->context.properties;
  const size_t version = cudnnGetVersion();
  return std::string(properties.name) + " (compute capability " + std::to_string(properties.major) + "." + std::to_string(properties.minor) +
         "), cuDNN " + std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." + std::to_string(version % 100);
}

BufferPtr CudaDevice::allocate(const Type& type) {
  enter();
  auto buffer = std::make_shared<CudaBuffer>(type, state_->account);
  buffer->device_data();
  return buffer;
}

BufferPtr CudaDevice::import(const Type& type, HostMemory memory) {
  check_bytes("import", type, memory.bytes);
  return std::make_shared<CudaBuffer>(type, state_->account, std::move(memory));
}

void CudaDevice::upload(Buffer& buffer, const void* source, size_t bytes) {
  enter();
  check_bytes("upload", buffer.type, bytes);
  auto& target = static_cast<CudaBuffer&>(buffer);
  target.forget_pending();
  void* const address = target.device_data();
  if (bytes != 0) LAMINET_CUDA(cudaMemcpyAsync(address, source, bytes, cudaMemcpyHostToDevice, state_->context.stream()));
}

void CudaDevice::download(const Buffer& buffer, void* destination, size_t bytes) {
  enter();
  check_bytes("download", buffer.type, bytes);
  auto& source = const_cast<CudaBuffer&>(static_cast<const CudaBuffer&>(buffer));  // its contents stay the same
  if (bytes == 0) return;
  if (source.pending() != nullptr) {
    std::memcpy(destination, source.pending(), bytes);
    return;
  }
  LAMINET_CUDA(cudaMemcpyAsync(destination, source.device_data(), bytes, cudaMemcpyDeviceToHost, state_->context.stream()));
  LAMINET_CUDA(cudaStreamSynchronize(state_->context.stream()));
}

std::unique_ptr<Executable> CudaDevice::compile(const Program& program, std::span<const HostMemory> constants,
                                                std::span<const BufferPtr>) {
  enter();
  return std::make_unique<CudaExecutable>(state_, program, constants);
}

void CudaDevice::finish() {
  enter();
  LAMINET_CUDA(cudaStreamSynchronize(state_->context.stream()));
}

void CudaDevice::set_recorder(Recorder* recorder) {
  end_recording();
  state_->recorder = recorder;
  if (recorder == nullptr) return;
  std::string why_not;
  state_->context.activity = Activity::begin(*recorder, why_not);
  if (state_->context.activity) return;
  const std::string text = "kernel times: CUDA events between kernels that are launched one by one (" + why_not + ")";
  log("cuda: " + text);
  recorder->note(text);
}

// What went wrong on the device is for the next call to tell.
void CudaDevice::end_recording() {
  const std::unique_ptr<Activity> activity = std::move(state_->context.activity);
  if (!activity) return;
  cudaStreamSynchronize(state_->context.stream());
  cudaStreamSynchronize(state_->context.copy_stream());
  activity->end();
}

MemoryInfo CudaDevice::memory() const {
  return {state_->account->used, state_->account->peak, state_->context.properties.totalGlobalMem};
}

}  // namespace laminet::cuda
