// Threads and warps of the running block, for block.cpp (turns and barriers) and warp.cpp (shuffles and votes).
#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>

#include "emulator/fibers.h"

namespace laminet::emulator {

struct Thread {
  uint3 index;
  uint32_t warp;
  uint32_t lane;
  Fiber* fiber;  // null until it begins
};

// What a lane has brought to an exchange, and what it takes home.
struct Lane {
  char call = 0;  // 's' __syncwarp, 'b' __ballot_sync, and the modes of laminet_emulator_shuffle
  uint32_t mask = 0;
  uint32_t operand = 0;
  uint32_t width = 32;
  uint64_t value = 0;
  uint64_t result = 0;
};

struct Warp {
  uint32_t alive = 0;
  uint32_t waiting = 0;
  std::array<Lane, 32> lanes;
  // clock[a][b]: how far lane a knows b to have come, in __syncwarps since the last barrier, whose number is `epoch`.
  uint64_t epoch = 0;
  std::array<std::array<uint32_t, 32>, 32> clock;
};

Thread& current_thread();
Warp& warp_of(unsigned index);
// Lets lanes go on whose partners are all there.
void release_warp(unsigned index);
void wait_for_warp();
void let_go_on(uint32_t* threads, size_t count);

}  // namespace laminet::emulator
