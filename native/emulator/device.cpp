// The one device: its description (numbers of an A100, with the memory that EMULATOR_MEMORY says), versions, and settings.
#include <cstdio>
#include <cstring>

#include "emulator/api.h"
#include "emulator/memory.h"

namespace laminet::emulator {
namespace {

void check_device(int device) {
  if (device) refuse(cudaErrorInvalidDevice, "device " + std::to_string(device) + ": there is one device, 0");
}

cudaDeviceProp description() {
  cudaDeviceProp device{};
  std::strcpy(device.name, "laminet emulated device");
  std::memcpy(device.uuid.bytes, "laminet-emulator", 16);
  device.totalGlobalMem = memory_in_total();
  device.major = 8;
  device.minor = 0;
  device.multiProcessorCount = 108;
  device.warpSize = 32;
  device.maxThreadsPerBlock = 1024;
  device.maxThreadsPerMultiProcessor = 2048;
  device.maxBlocksPerMultiProcessor = 32;
  device.sharedMemPerBlock = 48 * 1024;
  device.sharedMemPerBlockOptin = 163 * 1024;
  device.sharedMemPerMultiprocessor = 164 * 1024;
  device.reservedSharedMemPerBlock = 1024;
  device.regsPerBlock = device.regsPerMultiprocessor = 65536;
  device.totalConstMem = 64 * 1024;
  device.l2CacheSize = 40 << 20;
  device.memoryBusWidth = 5120;
  device.memPitch = 0x7fffffff;
  device.textureAlignment = 512;
  device.asyncEngineCount = 2;
  device.concurrentKernels = device.unifiedAddressing = device.canMapHostMemory = device.memoryPoolsSupported = 1;
  device.streamPrioritiesSupported = device.hostRegisterSupported = 1;
  const int block[] = {1024, 1024, 64};
  const int grid[] = {0x7fffffff, 65535, 65535};
  std::memcpy(device.maxThreadsDim, block, sizeof block);
  std::memcpy(device.maxGridSize, grid, sizeof grid);
  return device;
}

int attribute(cudaDeviceAttr which) {
  const cudaDeviceProp device = description();
  switch (which) {
    case cudaDevAttrMaxThreadsPerBlock: return device.maxThreadsPerBlock;
    case cudaDevAttrMaxBlockDimX: return device.maxThreadsDim[0];
    case cudaDevAttrMaxBlockDimY: return device.maxThreadsDim[1];
    case cudaDevAttrMaxBlockDimZ: return device.maxThreadsDim[2];
    case cudaDevAttrMaxGridDimX: return device.maxGridSize[0];
    case cudaDevAttrMaxGridDimY: return device.maxGridSize[1];
    case cudaDevAttrMaxGridDimZ: return device.maxGridSize[2];
    case cudaDevAttrMaxSharedMemoryPerBlock: return static_cast<int>(device.sharedMemPerBlock);
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: return static_cast<int>(device.sharedMemPerBlockOptin);
    case cudaDevAttrWarpSize: return device.warpSize;
    case cudaDevAttrClockRate: return 1410000;
    case cudaDevAttrMemoryClockRate: return 1593000;
    case cudaDevAttrGlobalMemoryBusWidth: return device.memoryBusWidth;
    case cudaDevAttrL2CacheSize: return device.l2CacheSize;
    case cudaDevAttrMultiProcessorCount: return device.multiProcessorCount;
    case cudaDevAttrMaxThreadsPerMultiProcessor: return device.maxThreadsPerMultiProcessor;
    case cudaDevAttrMaxRegistersPerBlock: return device.regsPerBlock;
    case cudaDevAttrComputeCapabilityMajor: return device.major;
    case cudaDevAttrComputeCapabilityMinor: return device.minor;
    case cudaDevAttrAsyncEngineCount: return device.asyncEngineCount;
    case cudaDevAttrMemoryPoolsSupported: return device.memoryPoolsSupported;
    default: refuse(cudaErrorInvalidValue, "cudaDeviceGetAttribute: attribute " + std::to_string(which) + " is not emulated");
  }
}

}  // namespace
}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  return call("cudaGetDeviceCount", [=] { *count = 1; });
}

cudaError_t cudaGetDevice(int* device) {
  return call("cudaGetDevice", [=] { *device = 0; });
}

cudaError_t cudaSetDevice(int device) {
  return call("cudaSetDevice", [=] { check_device(device); });
}

cudaError_t cudaInitDevice(int device, unsigned, unsigned) {
  return call("cudaInitDevice", [=] { check_device(device); });
}

cudaError_t cudaSetDeviceFlags(unsigned) {
  return call("cudaSetDeviceFlags", [] {});
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return call("cudaGetDeviceProperties", [=] {
    check_device(device);
    *properties = description();
  });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr which, int device) {
  return call("cudaDeviceGetAttribute", [=] {
    check_device(device);
    *value = attribute(which);
  });
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  return call("cudaDeviceGetStreamPriorityRange", [=] {
    *least = 0;
    *greatest = -5;
  });
}

cudaError_t cudaDeviceGetPCIBusId(char* text, int bytes, int device) {
  return call("cudaDeviceGetPCIBusId", [=] {
    check_device(device);
    std::snprintf(text, static_cast<size_t>(bytes), "0000:00:00.0");
  });
}

cudaError_t cudaDriverGetVersion(int* version) {
  return call("cudaDriverGetVersion", [=] { *version = CUDART_VERSION; });
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  return call("cudaRuntimeGetVersion", [=] { *version = CUDART_VERSION; });
}

}  // extern "C"
