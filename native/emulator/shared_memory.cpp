// Shared memory of the running block: fresh and unwritten for every block, with the history of every element, which shows reads of what
// nobody wrote, and accesses of two threads that no barrier separates (a vector clock within a warp, the number of barriers within a
// block).
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "emulator/block.h"
#include "emulator/device_calls.h"
#include "emulator/fault.h"

namespace laminet::emulator {
namespace {

constexpr size_t kLimit = 48 * 1024;  // of static shared memory, on every GPU

struct Access {
  uint64_t epoch = 0;  // 0: never
  uint32_t clock = 0;
  uint32_t thread = 0;
};

struct History {
  Access write;
  Access read;              // the latest
  uint32_t readers = 0;     // lanes of its warp that have read in its epoch
  bool many_warps = false;  // have read in its epoch
};

struct Storage {
  std::vector<unsigned char> data;
  std::vector<History> history;
};
auto& storages = *new std::map<const laminet_emulator_shared_array*, Storage>;
uint64_t counted_block = 0;
size_t block_bytes = 0;

bool apart(const Access& before) {
  const Place& now = place();
  if (before.epoch != now.epoch || before.thread == now.thread) return true;
  return before.thread / 32 == now.thread / 32 && warp_clock(before.thread) >= before.clock;
}

Access this_access() { return {place().epoch, warp_clock(place().thread), place().thread}; }

std::string name_of(const laminet_emulator_shared_array& array, int64_t index) {
  return std::string(array.name) + "[" + std::to_string(index) + "] of shared memory";
}

[[noreturn]] void race(const laminet_emulator_shared_array& array, int64_t index, const char* what, const char* before,
                       unsigned thread) {
  const uint3 other = thread_index(thread);
  const std::string who = "thread (" + std::to_string(other.x) + ", " + std::to_string(other.y) + ", " + std::to_string(other.z) + ")";
  fault(cudaErrorLaunchFailure, "a race: " + std::string(what) + " " + name_of(array, index) + ", which " + who + " has " + before +
                                    " with no barrier between");
}

void read(const laminet_emulator_shared_array& array, int64_t index, History& element) {
  if (element.write.epoch == 0) {
    fault(cudaErrorLaunchFailure, "reads " + name_of(array, index) + " before anybody has written it");
  }
  if (!apart(element.write)) race(array, index, "reads", "written", element.write.thread);
  const Place& now = place();
  const bool first = element.read.epoch != now.epoch;
  if (!first && element.read.thread / 32 != now.thread / 32) element.many_warps = true;
  if (first) {
    element.readers = 0;
    element.many_warps = false;
  }
  element.read = this_access();
  element.readers |= 1U << now.thread % 32;
}

// The lane that has read and may still be reading, or 32.
unsigned reading_lane(const History& element) {
  const unsigned self = place().thread % 32;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if (element.readers >> lane & 1 && lane != self && warp_clock(lane) < element.read.clock) return lane;
  }
  return 32;
}

void write(const laminet_emulator_shared_array& array, int64_t index, History& element, const void* value) {
  const unsigned warp = place().thread / 32;
  const bool same = !std::memcmp(array.data + index * array.element, value, array.element);
  if (!same && !apart(element.write)) race(array, index, "writes", "written", element.write.thread);
  if (!same && element.read.epoch == place().epoch) {
    if (element.many_warps || element.read.thread / 32 != warp) {
      if (element.many_warps || !apart(element.read)) race(array, index, "writes", "read", element.read.thread);
    } else if (const unsigned lane = reading_lane(element); lane < 32) {
      race(array, index, "writes", "read", warp * 32 + lane);
    }
  }
  element.write = this_access();
}

}  // namespace
}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

void laminet_emulator_open_shared(laminet_emulator_shared_array* array) {
  const size_t bytes = array->element * static_cast<size_t>(array->count);
  block_bytes = counted_block == laminet_emulator_block ? block_bytes + bytes : bytes;
  counted_block = laminet_emulator_block;
  if (block_bytes > kLimit) fault(cudaErrorInvalidValue, std::string("more than 48 KiB of shared memory, with ") + array->name);
  Storage& storage = storages[array];
  storage.data.assign(bytes + 64, 0xff);  // NaN, and -1
  storage.history.assign(static_cast<size_t>(array->count), {});
  array->block = laminet_emulator_block;
  array->data = reinterpret_cast<unsigned char*>((reinterpret_cast<uintptr_t>(storage.data.data()) + 63) & ~uintptr_t{63});
  array->history = storage.history.data();
}

void laminet_emulator_touch_shared(laminet_emulator_shared_array* array, int64_t index, const void* value) {
  if (index < 0 || index >= array->count) {
    fault(cudaErrorIllegalAddress, (value ? "writes " : "reads ") + name_of(*array, index) + ", which has " + std::to_string(array->count) +
                                       " elements");
  }
  History& element = static_cast<History*>(array->history)[index];
  if (value) {
    write(*array, index, element, value);
  } else {
    read(*array, index, element);
  }
}

}  // extern "C"
