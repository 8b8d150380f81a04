// libcudnn.so.9 for tests without a GPU: the backend API of cuDNN, whose plans run on the CPU over memory of the emulated libcudart.
#include <cudnn.h>

#include <cstring>

#include "emulated_cudnn_descriptor.h"
#include "emulated_cudnn_execute.h"
#include "emulated_cudnn_finalize.h"

using namespace laminet::emulated_cudnn;

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

namespace {

Handle& handle_of(cudnnBackendDescriptor_t descriptor) {
  require(descriptor != nullptr, CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "nullptr == descriptor");
  return *static_cast<Handle*>(descriptor);
}

void require_pointer(const void* pointer, const char* name) {
  require(pointer != nullptr, CUDNN_STATUS_BAD_PARAM_NULL_POINTER, std::string("nullptr == ") + name);
}

}  // namespace

extern "C" {

size_t cudnnGetVersion() { return CUDNN_VERSION; }
size_t cudnnGetCudartVersion() { return CUDART_VERSION; }
size_t cudnnGetMaxDeviceVersion() { return CUDNN_MAX_DEVICE_VERSION; }
const char* cudnnGetErrorString(cudnnStatus_t status) { return status_name(status); }

void cudnnGetLastErrorString(char* message, size_t max_size) {
  if (message == nullptr || max_size == 0) return;
  std::strncpy(message, last_words().c_str(), max_size - 1);
  message[max_size - 1] = '\0';
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  return guarded("cudnnCreate", [&] {
    require_pointer(handle, "handle");
    int count = 0;
    require(cudaGetDeviceCount(&count) == cudaSuccess && count > 0, CUDNN_STATUS_NOT_INITIALIZED, "no CUDA device");
    *handle = new cudnnContext;
  });
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  return guarded("cudnnDestroy", [&] { delete handle; });
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  return guarded("cudnnSetStream", [&] {
    require_pointer(handle, "handle");
    handle->stream = stream;
  });
}

cudnnStatus_t cudnnGetStream(cudnnHandle_t handle, cudaStream_t* stream) {
  return guarded("cudnnGetStream", [&] {
    require_pointer(handle, "handle");
    require_pointer(stream, "stream");
    *stream = handle->stream;
  });
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t* descriptor) {
  return guarded("cudnnBackendCreateDescriptor", [&] {
    require_pointer(descriptor, "descriptor");
    *descriptor = new Handle{std::make_shared<Descriptor>(type)};
  });
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  return guarded("cudnnBackendDestroyDescriptor", [&] { delete &handle_of(descriptor); });
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor) {
  return guarded("cudnnBackendFinalize", [&] { finalize(*handle_of(descriptor).descriptor); });
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count, const void* elements) {
  return guarded("cudnnBackendSetAttribute", [&] { handle_of(descriptor).descriptor->set(name, type, count, elements); });
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t const descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t room, int64_t* count, void* elements) {
  return guarded("cudnnBackendGetAttribute", [&] { handle_of(descriptor).descriptor->get(name, type, room, count, elements); });
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack) {
  return guarded("cudnnBackendExecute", [&] {
    require_pointer(handle, "handle");
    execute(handle->stream, *handle_of(plan).descriptor, *handle_of(pack).descriptor);
  });
}

}  // extern "C"
