// Kernels: what the plugin registers for nvcc's stubs, what libkernels_emulated.so registers for the same names, and launches.
#include <dlfcn.h>

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emulator/api.h"
#include "emulator/block.h"
#include "emulator/device_calls.h"
#include "emulator/enqueue.h"
#include "emulator/order.h"
#include "emulator/streams.h"

namespace laminet::emulator {
namespace {

struct Compiled {
  Kernel kernel;
  size_t bytes;  // of its one argument
};

struct Configuration {
  dim3 grid;
  dim3 block;
  size_t shared;
  cudaStream_t stream;
};

std::map<const void*, std::string>& stubs() {  // by address; filled before main
  static auto& stubs = *new std::map<const void*, std::string>;
  return stubs;
}

std::map<std::string, Compiled>& kernels() {
  static auto& kernels = *new std::map<std::string, Compiled>;
  return kernels;
}

thread_local std::vector<Configuration> configurations;

// The kernels of the plugin lie beside this library. Bound to themselves: the plugin's stubs have the same names.
void open_kernels() {
  static bool opened = false;
  if (opened) return;
  opened = true;
  Dl_info self;
  if (!dladdr(reinterpret_cast<const void*>(&open_kernels), &self)) return;
  const std::string path = self.dli_fname;
  const std::string library = path.substr(0, path.rfind('/') + 1) + "libkernels_emulated.so";
  if (!dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)) report(dlerror());
}

const Compiled& kernel_for(const void* stub) {
  const auto name = stubs().find(stub);
  if (name == stubs().end()) refuse(cudaErrorInvalidDeviceFunction, "a launch of a function that is no kernel");
  auto kernel = kernels().find(name->second);
  if (kernel == kernels().end()) {
    open_kernels();
    kernel = kernels().find(name->second);
  }
  if (kernel == kernels().end()) refuse(cudaErrorNoKernelImageForDevice, name->second + " is in no LAMINET_KERNELS list");
  return kernel->second;
}

void check_sizes(const std::string& name, dim3 grid, dim3 block, size_t shared) {
  const auto outside = [](unsigned size, unsigned limit) { return size < 1 || size > limit; };
  const auto text = [](dim3 size) {
    return "(" + std::to_string(size.x) + ", " + std::to_string(size.y) + ", " + std::to_string(size.z) + ")";
  };
  if (outside(block.x, 1024) || outside(block.y, 1024) || outside(block.z, 64) || block.x * block.y * block.z > 1024) {
    refuse(cudaErrorInvalidConfiguration, name + ": a block of " + text(block) + " threads");
  }
  if (outside(grid.x, 0x7fffffff) || outside(grid.y, 65535) || outside(grid.z, 65535)) {
    refuse(cudaErrorInvalidConfiguration, name + ": a grid of " + text(grid) + " blocks");
  }
  if (shared > 48 * 1024) refuse(cudaErrorInvalidValue, name + ": " + std::to_string(shared) + " bytes of shared memory");
}

void run_grid(const Kernel& kernel, const void* arguments, dim3 grid, dim3 block) {
  const uint64_t blocks = uint64_t{grid.x} * grid.y * grid.z;
  const auto run = [&](uint64_t at) {
    const auto x = static_cast<unsigned>(at % grid.x);
    const auto rest = at / grid.x;
    run_block(kernel, arguments, grid, block, {x, static_cast<unsigned>(rest % grid.y), static_cast<unsigned>(rest / grid.y)});
  };
  if (!order_is_changed()) {
    for (uint64_t at = 0; at < blocks; ++at) run(at);
    return;
  }
  std::vector<uint32_t> order(blocks);
  for (uint64_t at = 0; at < blocks; ++at) order[at] = static_cast<uint32_t>(at);
  put_in_order(order.data(), order.size());
  for (const uint32_t at : order) run(at);
}

void count_launch(cudaStream_t stream) {
  const Stream* known = stream_of(stream);
  if (!known || !known->capture) ++counts().launch_calls;
}

void launch(const void* stub, dim3 grid, dim3 block, void** arguments, size_t shared, cudaStream_t stream) {
  const Compiled& compiled = kernel_for(stub);
  check_sizes(compiled.kernel.name, grid, block, shared);
  count_launch(stream);
  const auto* bytes = static_cast<const unsigned char*>(arguments[0]);
  // Copied now: the host may change its variables before the kernel runs. Aligned as anything may be.
  auto copy = std::make_shared<std::vector<std::max_align_t>>(compiled.bytes / sizeof(std::max_align_t) + 1);
  std::memcpy(copy->data(), bytes, compiled.bytes);
  submit(stream, {compiled.kernel.name, [&compiled, grid, block, copy] {
                    ++counts().kernels;
                    run_grid(compiled.kernel, copy->data(), grid, block);
                  }, 1, laminet_emulator_kernel});
}

}  // namespace
}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

void laminet_emulator_register_kernel(const void* function, void (*run)(const void*, const void*), size_t bytes) {
  Dl_info symbol;
  if (!dladdr(function, &symbol) || !symbol.dli_sname || symbol.dli_saddr != function) {
    report("a kernel in a LAMINET_KERNELS list is not exported: it must not be static or in an unnamed namespace");
    return;
  }
  kernels()[symbol.dli_sname] = {{symbol.dli_sname, run, function}, bytes};
}

// What nvcc's code calls when the plugin is loaded (declared in the toolkit's crt/host_runtime.h). Code for GPUs is not looked at.
void** __cudaRegisterFatBinary(void* binary) { return static_cast<void**>(binary); }
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}
char __cudaInitModule(void**) { return 1; }

void __cudaRegisterFunction(void**, const char* stub, char*, const char* name, int, uint3*, uint3*, dim3*, dim3*, int*) {
  stubs()[stub] = name;
}

void __cudaRegisterVar(void**, char*, char*, const char* name, int, size_t, int, int) {
  report(std::string("variables of device code are not emulated: ") + name);
}

// `kernel<<<grid, block, shared, stream>>>` pushes; the stub that it calls pops and launches.
unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared, cudaStream_t stream) {
  configurations.push_back({grid, block, shared, stream});
  return 0;
}

cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, size_t* shared, void* stream) {
  if (configurations.empty()) return cudaErrorMissingConfiguration;
  const Configuration top = configurations.back();
  configurations.pop_back();
  *grid = top.grid;
  *block = top.block;
  *shared = top.shared;
  *static_cast<cudaStream_t*>(stream) = top.stream;
  return cudaSuccess;
}

cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* stub) {
  *kernel = static_cast<cudaKernel_t>(const_cast<void*>(stub));
  return cudaSuccess;
}

cudaError_t cudaLaunchKernel(const void* stub, dim3 grid, dim3 block, void** arguments, size_t shared, cudaStream_t stream) {
  return call("cudaLaunchKernel", [=] { launch(stub, grid, block, arguments, shared, stream); });
}

cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments, size_t shared, cudaStream_t stream) {
  return cudaLaunchKernel(kernel, grid, block, arguments, shared, stream);
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* stub) {
  return call("cudaFuncGetAttributes", [=] {
    kernel_for(stub);
    *attributes = {};
    attributes->maxThreadsPerBlock = 1024;
    attributes->numRegs = 32;
    attributes->ptxVersion = attributes->binaryVersion = 80;
  });
}

cudaError_t laminet_emulator_enqueue(cudaStream_t stream, const char* name, void (*run)(void*), void* state, void (*destroy)(void*)) {
  const std::shared_ptr<void> owned(state, destroy);
  return call("laminet_emulator_enqueue", [&] {
    count_launch(stream);
    submit(stream, {name, [run, owned, text = std::string(name)] {
                      const LibraryCall call(text.c_str());
                      ++counts().kernels;
                      run(owned.get());
                    }, 1, laminet_emulator_kernel});
  });
}

}  // extern "C"
