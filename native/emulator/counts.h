// What the emulated device has done, for tests: exported by the emulated libcudart.so.13. Work counts when it runs, which is at the latest
// when somebody waits for it.
#pragma once

#include <cstdint>

extern "C" {

struct laminet_emulator_counts {
  int64_t kernels;           // run, within graphs or not; calls of cuDNN and cuBLASLt are kernels too
  int64_t launch_calls;      // of kernels by the host, outside of captures
  int64_t graph_launches;
  int64_t synchronizations;  // the host waited for the device: cudaStreamSynchronize, cudaMemcpy, cudaFree, pageable copies, ...
  int64_t queries;           // the host asked whether something is done
  int64_t allocations;       // of device memory
  int64_t frees;
  int64_t pinned_allocations;
  int64_t copies;
  int64_t fills;
  int64_t bytes_to_device;
  int64_t bytes_to_host;
  int64_t bytes_within_device;
};

void laminet_emulator_get_counts(laminet_emulator_counts* counts);
void laminet_emulator_reset_counts();
// A device as after the start of the process: memory, streams and events gone, errors forgotten, counts at 0, the environment
// (EMULATOR_...) read again.
void laminet_emulator_reset();
}
