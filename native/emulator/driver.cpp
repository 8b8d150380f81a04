// libcuda.so.1: the few functions of the driver that the plugin's finder and its libraries ask for. There is one device, and the runtime
// beside this library does all the work.
#include <cuda.h>

#include <cstdio>
#include <cstdlib>

extern "C" {

CUresult cuInit(unsigned) { return CUDA_SUCCESS; }

CUresult cuDriverGetVersion(int* version) {
  *version = CUDA_VERSION;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int* count) {
  *count = 1;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  if (ordinal) return CUDA_ERROR_INVALID_DEVICE;
  *device = 0;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetName(char* name, int bytes, CUdevice device) {
  if (device) return CUDA_ERROR_INVALID_DEVICE;
  std::snprintf(name, static_cast<size_t>(bytes), "laminet emulated device");
  return CUDA_SUCCESS;
}

CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  if (device) return CUDA_ERROR_INVALID_DEVICE;
  const char* text = std::getenv("EMULATOR_MEMORY");
  *bytes = text ? std::strtoull(text, nullptr, 10) : size_t{4} << 30;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) {
  if (device) return CUDA_ERROR_INVALID_DEVICE;
  if (attribute != CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR && attribute != CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  *value = attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR ? 8 : 0;
  return CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult code, const char** name) {
  *name = code == CUDA_SUCCESS ? "CUDA_SUCCESS" : code == CUDA_ERROR_INVALID_DEVICE ? "CUDA_ERROR_INVALID_DEVICE" : "CUDA_ERROR_UNKNOWN";
  return CUDA_SUCCESS;
}

CUresult cuGetErrorString(CUresult code, const char** text) {
  *text = code == CUDA_SUCCESS ? "no error" : code == CUDA_ERROR_INVALID_DEVICE ? "invalid device ordinal" : "unknown error";
  return CUDA_SUCCESS;
}

}  // extern "C"
