// The threads of one block: which of them runs, and what they wait for. All state is of the one launch that runs on the device.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace laminet::emulator {

struct Kernel {
  const char* name;
  void (*run)(const void* kernel, const void* arguments);
  const void* function;
};

// Runs all threads of a block; throws Fault.
void run_block(const Kernel& kernel, const void* arguments, dim3 grid, dim3 block, uint3 index);

// For messages and for the history of shared memory.
struct Place {
  const char* kernel = nullptr;
  unsigned thread = 0;      // linear
  uint64_t epoch = 0;       // counts barriers, over all blocks
};
const Place& place();
// "thread (3, 0, 0)": a linear number of a thread of this block as kernels see it.
uint3 thread_index(unsigned linear);
// How far the running thread knows `other` of its warp to have come by __syncwarp, and how far it is itself.
uint32_t warp_clock(unsigned other);

}  // namespace laminet::emulator
