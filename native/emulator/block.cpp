#include "emulator/block.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "emulator/device_calls.h"
#include "emulator/fault.h"
#include "emulator/fibers.h"
#include "emulator/order.h"
#include "emulator/threads.h"

extern "C" {
uint3 threadIdx;
uint3 blockIdx;
dim3 blockDim;
dim3 gridDim;
int warpSize = 32;
uint64_t laminet_emulator_block = 0;
}

namespace laminet::emulator {
namespace {

void run_threads();

struct Block {
  const Kernel* kernel = nullptr;
  const void* arguments = nullptr;
  std::vector<Thread> threads{1024};
  std::vector<Warp> warps{32};
  unsigned count = 0;
  unsigned alive = 0;
  std::vector<uint32_t> at_barrier;
  std::vector<uint32_t> ready;  // from `next` on: threads that can run, in order
  size_t next = 0;
  Place place;
  FiberPool fibers{run_threads};
  std::optional<Fault> fault;
};
Block& block = *new Block;

Thread& current() { return block.threads[block.place.thread]; }

void make_ready(uint32_t* first, size_t count) {
  put_in_order(first, count);
  if (block.next == block.ready.size()) {
    block.ready.clear();
    block.next = 0;
  }
  block.ready.insert(block.ready.end(), first, first + count);
}

// Makes the next thread that can run the current one.
Thread* take_next() {
  if (block.fault || block.next == block.ready.size()) return nullptr;
  block.place.thread = block.ready[block.next++];
  threadIdx = current().index;
  return &current();
}

Fiber& fiber_of(Thread* thread) {
  if (!thread) return Fiber::host();
  if (!thread->fiber) thread->fiber = block.fibers.take();
  return *thread->fiber;
}

// The current thread goes on when it is ready and its turn comes.
void wait() {
  Thread& self = current();
  Thread* next = take_next();
  if (next != &self) self.fiber->switch_to(fiber_of(next));
}

void finish(Thread& thread) {
  --block.alive;
  if (!block.at_barrier.empty()) {
    fault(cudaErrorLaunchFailure, "this thread has returned while others wait in __syncthreads");
  }
  Warp& warp = block.warps[thread.warp];
  warp.alive &= ~(1U << thread.lane);
  if (warp.waiting) release_warp(thread.warp);
}

// The body of every fiber: runs threads that have not begun, one after the other, as long as none of them has to wait.
void run_threads() {
  Fiber* const self = current().fiber;
  for (;;) {
    Thread* next = nullptr;
    try {
      block.kernel->run(block.kernel->function, block.arguments);
      finish(current());
      next = take_next();
    } catch (const Fault& fault) {
      block.fault = fault;
    }
    if (next && !next->fiber) {
      next->fiber = self;
    } else {
      block.fibers.give_back(self);
      self->switch_to(fiber_of(next));
    }
  }
}

void set_up(dim3 size) {
  block.count = block.alive = size.x * size.y * size.z;
  block.at_barrier.clear();
  block.ready.resize(block.count);
  block.next = 0;
  block.fault.reset();
  for (uint32_t i = 0; i < block.count; ++i) {
    block.ready[i] = i;
    block.threads[i] = {uint3{i % size.x, i / size.x % size.y, i / (size.x * size.y)}, i / 32, i % 32, nullptr};
  }
  put_in_order(block.ready.data(), block.count);
  for (uint32_t i = 0; i * 32 < block.count; ++i) {
    const uint32_t lanes = std::min(32U, block.count - i * 32);
    block.warps[i].alive = lanes == 32 ? ~0U : (1U << lanes) - 1;
    block.warps[i].waiting = 0;
  }
  ++block.place.epoch;
  ++laminet_emulator_block;
}

void end_after_fault() {
  block.fibers.abandon();
  block.place.kernel = nullptr;
  throw *block.fault;
}

}  // namespace

void run_block(const Kernel& kernel, const void* arguments, dim3 grid, dim3 size, uint3 index) {
  block.kernel = &kernel;
  block.arguments = arguments;
  block.place.kernel = kernel.name;
  gridDim = grid;
  blockDim = size;
  blockIdx = index;
  set_up(size);
  Fiber::host().switch_to(fiber_of(take_next()));
  if (!block.fault && block.alive) {
    block.fault = Fault{cudaErrorLaunchFailure};
    report(std::string(kernel.name) + ": " + std::to_string(block.alive) + " threads of block (" + std::to_string(index.x) + ", " +
           std::to_string(index.y) + ", " + std::to_string(index.z) + ") wait for ever: " + std::to_string(block.at_barrier.size()) +
           " in __syncthreads, the others in __shfl_sync, __ballot_sync or __syncwarp for lanes that do not come");
  }
  if (block.fault) end_after_fault();
  block.place.kernel = nullptr;
}

const Place& place() { return block.place; }
uint3 thread_index(unsigned linear) { return block.threads[linear].index; }
Thread& current_thread() { return current(); }
Warp& warp_of(unsigned index) { return block.warps[index]; }

void wait_for_warp() { wait(); }
void let_go_on(uint32_t* threads, size_t count) { make_ready(threads, count); }

}  // namespace laminet::emulator

using namespace laminet::emulator;

// The programming guide allows __syncthreads only where all threads of the block come to it: threads that have returned do not.
extern "C" void laminet_emulator_barrier() {
  if (block.alive != block.count) {
    fault(cudaErrorLaunchFailure, "__syncthreads: " + std::to_string(block.count - block.alive) + " threads of the block have returned");
  }
  block.at_barrier.push_back(block.place.thread);
  if (block.at_barrier.size() == block.alive) {
    std::sort(block.at_barrier.begin(), block.at_barrier.end());
    make_ready(block.at_barrier.data(), block.at_barrier.size());
    block.at_barrier.clear();
    ++block.place.epoch;
  }
  wait();
}
