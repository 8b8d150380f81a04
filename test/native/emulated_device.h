// The emulated CUDA runtime and libraries in this process, for tests that call them without the plugin: memory, streams, graphs.
#pragma once

#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "cudnn_calls.h"

namespace laminet::test {

// The functions of the emulated libcudart that tests call: this program links none.
class EmulatedRuntime {
 public:
  explicit EmulatedRuntime(const std::string& path) : library_(dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
    if (library_ == nullptr) throw std::runtime_error(dlerror());
    load(malloc, "cudaMalloc");
    load(free, "cudaFree");
    load(memcpy, "cudaMemcpy");
    load(stream_create, "cudaStreamCreateWithFlags");
    load(stream_synchronize, "cudaStreamSynchronize");
    load(begin_capture, "cudaStreamBeginCapture");
    load(end_capture, "cudaStreamEndCapture");
    load(instantiate, "cudaGraphInstantiate");
    load(launch, "cudaGraphLaunch");
    load(executable_destroy, "cudaGraphExecDestroy");
    load(graph_destroy, "cudaGraphDestroy");
  }

  void check(cudaError_t status) const {
    if (status != cudaSuccess) throw std::runtime_error("CUDA status " + std::to_string(status));
  }

  cudaError_t (*malloc)(void**, size_t);
  cudaError_t (*free)(void*);
  cudaError_t (*memcpy)(void*, const void*, size_t, cudaMemcpyKind);
  decltype(&cudaStreamCreateWithFlags) stream_create;
  decltype(&cudaStreamSynchronize) stream_synchronize;
  decltype(&cudaStreamBeginCapture) begin_capture;
  decltype(&cudaStreamEndCapture) end_capture;
  cudaError_t (*instantiate)(cudaGraphExec_t*, cudaGraph_t, unsigned long long);
  decltype(&cudaGraphLaunch) launch;
  decltype(&cudaGraphExecDestroy) executable_destroy;
  decltype(&cudaGraphDestroy) graph_destroy;

 private:
  template <typename Function>
  void load(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    if (function == nullptr) throw std::runtime_error(dlerror());
  }
  void* library_;
};

inline std::string emulated_folder() {
  const char* folder = std::getenv("LAMINET_CUDA_PATH");
  if (folder == nullptr) throw std::runtime_error("LAMINET_CUDA_PATH: expected the folder of the emulated libraries");
  return folder;
}

struct Emulated {
  EmulatedRuntime runtime{emulated_folder() + "/libcudart.so.13"};
  Cudnn cudnn{emulated_folder() + "/libcudnn.so.9"};
};

inline Emulated& emulated() {
  static auto* const libraries = new Emulated;
  return *libraries;
}

// Memory of the emulated device.
class DeviceArray {
 public:
  explicit DeviceArray(size_t bytes) : bytes_(bytes) { emulated().runtime.check(emulated().runtime.malloc(&data_, bytes)); }
  explicit DeviceArray(const std::vector<char>& contents) : DeviceArray(contents.size()) {
    emulated().runtime.check(emulated().runtime.memcpy(data_, contents.data(), bytes_, cudaMemcpyHostToDevice));
  }
  DeviceArray(DeviceArray&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}
  ~DeviceArray() {
    if (data_ != nullptr) emulated().runtime.free(data_);
  }

  void* data() const { return data_; }
  std::vector<char> contents() const {
    std::vector<char> result(bytes_);
    emulated().runtime.check(emulated().runtime.memcpy(result.data(), data_, bytes_, cudaMemcpyDeviceToHost));
    return result;
  }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace laminet::test
