// Exchanges between the lanes of a warp. As the programming guide has it, every lane that a mask names and that has not returned must come
// to the same call with the same mask; nobody may read from a lane that is not there.
#include <algorithm>
#include <cstring>
#include <string>

#include "emulator/block.h"
#include "emulator/device_calls.h"
#include "emulator/fault.h"
#include "emulator/threads.h"

namespace laminet::emulator {
namespace {

void reset_clock(Warp& warp) {
  if (warp.epoch == place().epoch) return;
  warp.epoch = place().epoch;
  for (unsigned lane = 0; lane < 32; ++lane) {
    warp.clock[lane].fill(0);
    warp.clock[lane][lane] = 1;
  }
}

void merge_clocks(Warp& warp, uint32_t lanes) {
  reset_clock(warp);
  std::array<uint32_t, 32> known{};
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(lanes >> lane & 1)) continue;
    for (unsigned other = 0; other < 32; ++other) known[other] = std::max(known[other], warp.clock[lane][other]);
  }
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(lanes >> lane & 1)) continue;
    warp.clock[lane] = known;
    ++warp.clock[lane][lane];
  }
}

// As the instruction `shfl.sync` defines it.
unsigned shuffle_source(char mode, unsigned lane, unsigned operand, unsigned width) {
  const unsigned begin = lane & ~(width - 1);
  const unsigned end = begin + width;
  switch (mode) {
    case 'u': return lane - begin >= operand ? lane - operand : lane;
    case 'd': return operand < end - lane ? lane + operand : lane;
    case 'x': return (lane ^ operand) < end ? lane ^ operand : lane;
    default: return begin | (operand & (width - 1));
  }
}

void exchange(Warp& warp, unsigned lane, uint32_t present) {
  Lane& self = warp.lanes[lane];
  if (self.call == 's') return;
  if (self.call == 'b') {
    self.result = 0;
    for (unsigned other = 0; other < 32; ++other) {
      if (present >> other & 1 && warp.lanes[other].value) self.result |= uint64_t{1} << other;
    }
    return;
  }
  const unsigned source = shuffle_source(self.call, lane, self.operand, self.width);
  if (!(present >> source & 1)) {
    fault(cudaErrorLaunchFailure, "a shuffle: lane " + std::to_string(lane) + " reads from lane " + std::to_string(source) +
                                      ", which does not take part (outside the mask or the block, or it has returned)");
  }
  self.result = warp.lanes[source].value;
}

// The lanes that wait for each other with the mask of `lane` and are all there; 0 when some are missing.
uint32_t complete_group(Warp& warp, unsigned lane) {
  const Lane& first = warp.lanes[lane];
  const uint32_t needed = first.mask & warp.alive;
  if ((warp.waiting & needed) != needed) return 0;
  for (unsigned other = 0; other < 32; ++other) {
    if (!(needed >> other & 1) || warp.lanes[other].mask == first.mask) continue;
    return 0;
  }
  for (unsigned other = 0; other < 32; ++other) {
    if (needed >> other & 1 && warp.lanes[other].call != first.call) {
      fault(cudaErrorLaunchFailure, "lanes of one mask have come to different calls (of __shfl_sync, __ballot_sync, __syncwarp)");
    }
  }
  return needed;
}

void release(unsigned index, uint32_t lanes) {
  Warp& warp = warp_of(index);
  uint32_t threads[32];
  size_t count = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(lanes >> lane & 1)) continue;
    exchange(warp, lane, lanes);
    threads[count++] = index * 32 + lane;
  }
  if (warp.lanes[threads[0] % 32].call == 's') merge_clocks(warp, lanes);
  warp.waiting &= ~lanes;
  let_go_on(threads, count);
}

uint64_t meet(char call, uint32_t mask, uint32_t operand, uint32_t width, uint64_t value) {
  const Thread& thread = current_thread();
  Warp& warp = warp_of(thread.warp);
  if (!(mask >> thread.lane & 1)) fault(cudaErrorLaunchFailure, "the mask of a warp's call leaves out the lane that makes it");
  Lane& lane = warp.lanes[thread.lane];
  lane = {call, mask, operand, width, value, 0};
  warp.waiting |= 1U << thread.lane;
  if (const uint32_t group = complete_group(warp, thread.lane)) release(thread.warp, group);
  wait_for_warp();
  return lane.result;
}

}  // namespace

void release_warp(unsigned index) {
  Warp& warp = warp_of(index);
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (!(warp.waiting >> lane & 1)) continue;
    if (const uint32_t group = complete_group(warp, lane)) release(index, group);
  }
}

uint32_t warp_clock(unsigned other) {
  const Thread& thread = current_thread();
  const Warp& warp = warp_of(thread.warp);
  if (warp.epoch != place().epoch) return thread.lane == other % 32;
  return warp.clock[thread.lane][other % 32];
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

void laminet_emulator_warp_barrier(unsigned mask) { meet('s', mask, 0, 32, 0); }

unsigned laminet_emulator_ballot(unsigned mask, int predicate) {
  return static_cast<unsigned>(meet('b', mask, 0, 32, predicate != 0));
}

void laminet_emulator_shuffle(char mode, unsigned mask, unsigned operand, int width, const void* value, void* result, size_t bytes) {
  if (width < 1 || width > 32 || (width & (width - 1))) fault(cudaErrorLaunchFailure, "a shuffle: its width is no power of two up to 32");
  uint64_t carried = 0;
  std::memcpy(&carried, value, bytes);
  carried = meet(mode, mask, operand, static_cast<uint32_t>(width), carried);
  std::memcpy(result, &carried, bytes);
}

}  // extern "C"
