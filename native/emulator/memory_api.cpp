// Functions of the runtime that allocate memory of the device and pinned memory of the host.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>

#include "emulator/api.h"
#include "emulator/capture.h"
#include "emulator/host_memory.h"
#include "emulator/memory.h"
#include "emulator/streams.h"

namespace laminet::emulator {
namespace {

struct Pinned {
  size_t bytes;
  bool registered;  // memory of the caller's
};
auto& pinned = *new std::map<uintptr_t, Pinned>;

uintptr_t address_of(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

void allocate_for(void** pointer, size_t bytes, const char* name) {
  *pointer = nullptr;
  if (!bytes) return;
  void* memory = allocate(bytes);
  if (!memory) {
    refuse(cudaErrorMemoryAllocation, std::string(name) + " of " + std::to_string(bytes) + " bytes: " + std::to_string(memory_in_use()) +
                                          " of " + std::to_string(memory_in_total()) + " are in use");
  }
  ++counts().allocations;
  *pointer = memory;
}

void free_now(void* pointer, const char* name) {
  const Freed freed = free_memory(pointer);
  if (freed != Freed::done) {
    refuse(cudaErrorInvalidValue, std::string(name) + ": " + describe(pointer) + (freed == Freed::twice ? ", a second time" : ""));
  }
  ++counts().frees;
}

void allocate_pinned(void** pointer, size_t bytes, const char* name) {
  forbid_while_capturing(name);
  ++counts().pinned_allocations;
  *pointer = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  if (!*pointer) refuse(cudaErrorMemoryAllocation, name);
  std::memset(*pointer, 0xff, bytes);
  pinned[address_of(*pointer)] = {bytes, false};
}

// True for exactly what `registered` says.
void forget_pinned(void* pointer, bool registered, const char* name, cudaError_t code) {
  const auto place = pinned.find(address_of(pointer));
  if (place == pinned.end() || place->second.registered != registered) refuse(code, std::string(name) + ": memory that was not pinned so");
  finish_all();  // copies from and to it may be queued
  pinned.erase(place);
}

}  // namespace

bool is_pinned(const void* pointer, size_t bytes) {
  auto after = pinned.upper_bound(address_of(pointer));
  if (after == pinned.begin()) return false;
  const auto& [begin, memory] = *std::prev(after);
  return address_of(pointer) + bytes <= begin + memory.bytes;
}

void free_all_pinned_memory() {
  for (const auto& [address, memory] : pinned) {
    if (!memory.registered) std::free(reinterpret_cast<void*>(address));
  }
  pinned.clear();
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

cudaError_t cudaMalloc(void** pointer, size_t bytes) {
  return call("cudaMalloc", [=] {
    forbid_while_capturing("cudaMalloc");
    allocate_for(pointer, bytes, "cudaMalloc");
  });
}

// Waits for the device, as the documentation says.
cudaError_t cudaFree(void* pointer) {
  return call("cudaFree", [=] {
    if (!pointer) return;
    forbid_while_capturing("cudaFree");
    ++counts().synchronizations;
    finish_all();
    free_now(pointer, "cudaFree");
  });
}

cudaError_t cudaMallocAsync(void** pointer, size_t bytes, cudaStream_t handle) {
  return call("cudaMallocAsync", [=] {
    Stream* stream = stream_of(handle);
    if (stream && stream->capture) refuse(cudaErrorNotSupported, "cudaMallocAsync: allocations within graphs are not emulated");
    allocate_for(pointer, bytes, "cudaMallocAsync");
  });
}

cudaError_t cudaFreeAsync(void* pointer, cudaStream_t handle) {
  return call("cudaFreeAsync", [=] {
    if (!pointer) return;
    Stream* stream = stream_of(handle);
    if (stream && stream->capture) refuse(cudaErrorNotSupported, "cudaFreeAsync: allocations within graphs are not emulated");
    if (!bytes_from(pointer)) free_now(pointer, "cudaFreeAsync");  // says what is wrong
    submit(handle, {"cudaFreeAsync", [=] { free_now(pointer, "cudaFreeAsync"); }});
  });
}

cudaError_t cudaMallocHost(void** pointer, size_t bytes) {
  return call("cudaMallocHost", [=] { allocate_pinned(pointer, bytes, "cudaMallocHost"); });
}

cudaError_t cudaHostAlloc(void** pointer, size_t bytes, unsigned) {
  return call("cudaHostAlloc", [=] { allocate_pinned(pointer, bytes, "cudaHostAlloc"); });
}

cudaError_t cudaFreeHost(void* pointer) {
  return call("cudaFreeHost", [=] {
    if (!pointer) return;
    forbid_while_capturing("cudaFreeHost");
    forget_pinned(pointer, false, "cudaFreeHost", cudaErrorInvalidValue);
    std::free(pointer);
  });
}

cudaError_t cudaHostRegister(void* pointer, size_t bytes, unsigned) {
  return call("cudaHostRegister", [=] {
    forbid_while_capturing("cudaHostRegister");
    if (is_pinned(pointer, 1)) refuse(cudaErrorHostMemoryAlreadyRegistered, "cudaHostRegister: memory that is pinned already");
    pinned[address_of(pointer)] = {bytes, true};
  });
}

cudaError_t cudaHostUnregister(void* pointer) {
  return call("cudaHostUnregister", [=] { forget_pinned(pointer, true, "cudaHostUnregister", cudaErrorHostMemoryNotRegistered); });
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  return call("cudaMemGetInfo", [=] {
    *total = memory_in_total();
    *free = *total - memory_in_use();
  });
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  return call("cudaPointerGetAttributes", [=] {
    *attributes = {};
    const bool device = bytes_from(pointer) > 0;
    const bool host = is_pinned(pointer, 1);
    attributes->type = device ? cudaMemoryTypeDevice : host ? cudaMemoryTypeHost : cudaMemoryTypeUnregistered;
    attributes->devicePointer = device ? const_cast<void*>(pointer) : nullptr;
    attributes->hostPointer = host ? const_cast<void*>(pointer) : nullptr;
  });
}

// The device has one pool, whose settings (what it keeps when memory is freed) change nothing that could be seen here.
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
  return call("cudaDeviceGetDefaultMemPool", [=] {
    if (device) refuse(cudaErrorInvalidDevice, "cudaDeviceGetDefaultMemPool: there is one device, 0");
    *pool = reinterpret_cast<cudaMemPool_t>(&pinned);
  });
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) {
  return call("cudaMemPoolSetAttribute", [] {});
}

cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr attribute, void* value) {
  return call("cudaMemPoolGetAttribute", [=] {
    const bool used = attribute == cudaMemPoolAttrUsedMemCurrent || attribute == cudaMemPoolAttrReservedMemCurrent;
    if (!used) refuse(cudaErrorNotSupported, "cudaMemPoolGetAttribute: only the current use is emulated");
    *static_cast<uint64_t*>(value) = memory_in_use();
  });
}

cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, size_t) {
  return call("cudaMemPoolTrimTo", [] {});
}

}  // extern "C"
