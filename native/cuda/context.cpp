#include "context.h"

#include <cublasLt.h>
#include <cudnn.h>

#include <cstdint>

#include "activity.h"
#include "cudnn/planner.h"
#include "status.h"

namespace laminet::cuda {

namespace {

cudaDeviceProp select_device(int index) {
  LAMINET_CUDA(cudaSetDevice(index));
  // Memory that is given back stays with the process, for the next tensor.
  cudaMemPool_t pool = nullptr;
  uint64_t keep = UINT64_MAX;
  LAMINET_CUDA(cudaDeviceGetDefaultMemPool(&pool, index));
  LAMINET_CUDA(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep));
  cudaDeviceProp properties{};
  LAMINET_CUDA(cudaGetDeviceProperties(&properties, index));
  return properties;
}

}  // namespace

Context::Context(const DeviceOptions& options) : options(options), properties(select_device(options.index)) {
  LAMINET_CUDA(cudaStreamCreateWithFlags(&copy_stream_, cudaStreamNonBlocking));
}

Context::~Context() {
  planner_.reset();
  if (cudnn_ != nullptr) cudnnDestroy(cudnn_);
  if (cublas_lt_ != nullptr) cublasLtDestroy(cublas_lt_);
  cudaStreamDestroy(copy_stream_);
}

cudnnHandle_t Context::cudnn() {
  if (cudnn_ == nullptr) {
    cudnnStatus_t status = cudnnCreate(&cudnn_);
    if (status == CUDNN_STATUS_SUCCESS) status = cudnnSetStream(cudnn_, stream());
    if (status != CUDNN_STATUS_SUCCESS) throw Error("DEVICE", name() + ": cuDNN cannot start: " + cudnnGetErrorString(status));
  }
  return cudnn_;
}

cudnn::Planner& Context::planner() {
  if (!planner_) {
    const std::string device = std::string(properties.name) + " sm_" + std::to_string(properties.major * 10 + properties.minor) + " " +
                               std::to_string(properties.multiProcessorCount);
    planner_ = std::make_unique<cudnn::Planner>(
        cudnn::Target(cudnn(), device),
        cudnn::PlannerOptions{.deterministic = options.deterministic, .tensor_float32 = options.tensor_float32},
        cudnn::PlanFolder(cudnn::plan_folder_path(device)));
  }
  return *planner_;
}

cublasLtHandle_t Context::cublas_lt() {
  if (cublas_lt_ == nullptr) {
    const cublasStatus_t status = cublasLtCreate(&cublas_lt_);
    if (status != CUBLAS_STATUS_SUCCESS) throw Error("DEVICE", name() + ": cuBLASLt cannot start: " + cublasLtGetStatusString(status));
  }
  return cublas_lt_;
}

}  // namespace laminet::cuda
