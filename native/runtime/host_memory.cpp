#include "host_memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace laminet {

namespace {

constexpr size_t kLine = 64;
constexpr size_t kLarge = size_t{16} << 20;  // blocks that ask the system first
constexpr size_t kUnknown = SIZE_MAX;

size_t first_number(const char* path) {
  std::ifstream file(path);
  size_t number = 0;
  return file >> number ? number : kUnknown;  // "max" is no number
}

// The number behind `word` in a file of lines "word number".
size_t number_of(const char* path, const std::string& word) {
  std::ifstream file(path);
  std::string name;
  size_t number = 0;
  for (std::string line; file >> name >> number && std::getline(file, line);) {
    if (name == word) return number;
  }
  return kUnknown;
}

size_t control_group_limit() {
  return std::min(first_number("/sys/fs/cgroup/memory.max"), first_number("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
}

// What the control group can still take; file caches count as used there but are given up first.
size_t control_group_room() {
  const size_t limit = first_number("/sys/fs/cgroup/memory.max");
  const size_t used = first_number("/sys/fs/cgroup/memory.current");
  if (limit == kUnknown || used == kUnknown) return kUnknown;
  const size_t cached = number_of("/sys/fs/cgroup/memory.stat", "inactive_file");
  const size_t held = used - (cached == kUnknown ? 0 : std::min(cached, used));
  return limit - std::min(held, limit);
}

size_t free_host_memory() {
  const size_t kilobytes = number_of("/proc/meminfo", "MemAvailable:");
  const size_t machine = kilobytes == kUnknown ? total_host_memory() : kilobytes * 1024;
  return std::min(machine, control_group_room());
}

}  // namespace

size_t total_host_memory() {
  static const size_t total = std::min(
      static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGE_SIZE)), control_group_limit());
  return total;
}

std::string bytes_text(size_t bytes) {
  const auto tenths = static_cast<size_t>(static_cast<double>(bytes) / 104857.6);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

void require_host_memory(size_t bytes, const std::string& what) {
  if (bytes < kLarge) return;
  const size_t free = free_host_memory();
  if (bytes <= free) return;
  throw Error("OUT_OF_MEMORY", "out of memory: " + what + " needs " + bytes_text(bytes) + "; free " + bytes_text(free) + " of " +
                                   bytes_text(total_host_memory()) + "; use a smaller batch or dispose tensors");
}

struct HostPool::State {
  std::mutex mutex;
  std::unordered_map<size_t, std::vector<void*>> waiting;  // by size
  size_t waiting_bytes = 0;
  const size_t most_waiting_bytes = std::max(total_host_memory() / 32, size_t{128} << 20);

  ~State() {
    for (auto& [bytes, blocks] : waiting) {
      for (void* block : blocks) std::free(block);
    }
  }

  void* take(size_t bytes) {
    const std::lock_guard lock(mutex);
    const auto found = waiting.find(bytes);
    if (found == waiting.end() || found->second.empty()) return nullptr;
    void* block = found->second.back();
    found->second.pop_back();
    waiting_bytes -= bytes;
    return block;
  }

  void give_back(void* block, size_t bytes) {
    {
      const std::lock_guard lock(mutex);
      if (waiting_bytes + bytes <= most_waiting_bytes) {
        waiting[bytes].push_back(block);
        waiting_bytes += bytes;
        return;
      }
    }
    std::free(block);
  }
};

HostPool::HostPool() : state_(std::make_shared<State>()) {}

HostMemory HostPool::acquire(size_t bytes, const std::string& what) {
  const size_t rounded = (bytes / kLine + 1) * kLine;  // never empty, and readable to the end of the last line
  void* block = state_->take(rounded);
  if (block == nullptr) {
    require_host_memory(rounded, what);
    block = std::aligned_alloc(kLine, rounded);
  }
  if (block == nullptr) {
    throw Error("OUT_OF_MEMORY", "out of memory: " + what + " needs " + bytes_text(bytes) + "; use a smaller batch or dispose tensors");
  }
  return {std::shared_ptr<void>(block, [state = state_, rounded](void* data) { state->give_back(data, rounded); }), bytes};
}

}  // namespace laminet
