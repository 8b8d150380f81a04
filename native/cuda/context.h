// What all work of a device shares: its stream, library handles, options and properties.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <string>

#include "memory.h"
#include "runtime/backend.h"

using cudnnHandle_t = struct cudnnContext*;
using cublasLtHandle_t = struct cublasLtContext*;

namespace laminet::cuda {

namespace cudnn {
class Planner;
}
class Activity;

class Context {
 public:
  explicit Context(const DeviceOptions& options);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  cudaStream_t stream() const { return account->stream; }
  cudaStream_t copy_stream() const { return copy_stream_; }  // of inputs, beside the computation
  // Created at the first call, on `stream()`; not while a graph is captured.
  cudnnHandle_t cudnn();
  cublasLtHandle_t cublas_lt();
  // Of convolutions; made at the first call.
  cudnn::Planner& planner();
  // "device 'cuda:0'", for errors.
  std::string name() const { return "device 'cuda:" + std::to_string(options.index) + "'"; }

  const DeviceOptions options;
  const cudaDeviceProp properties;
  const std::shared_ptr<Account> account = std::make_shared<Account>();
  std::unique_ptr<Activity> activity;  // while CUPTI records

 private:
  cudaStream_t copy_stream_ = nullptr;
  cudnnHandle_t cudnn_ = nullptr;
  cublasLtHandle_t cublas_lt_ = nullptr;
  std::unique_ptr<cudnn::Planner> planner_;
};

}  // namespace laminet::cuda
