// What the device found wrong: ends a launch, and leaves the context lost ("sticky") as on a GPU.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

namespace laminet::emulator {

struct Fault {
  cudaError_t code;
};

// One line on stderr, which begins with "emulated device: ".
void report(const std::string& text);

// Reports where the running kernel is (kernel, block, thread) and throws Fault.
[[noreturn]] void fault(cudaError_t code, const std::string& text);

}  // namespace laminet::emulator
