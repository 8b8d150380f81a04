#include "emulator/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "emulator/api.h"
#include "emulator/device_calls.h"
#include "emulator/enqueue.h"
#include "emulator/fault.h"
#include "emulator/global.h"

namespace laminet::emulator {
namespace {

constexpr uint64_t kPage = 4096;

struct Tensor {
  size_t offset;
  size_t bytes;
};

struct Allocation {
  size_t bytes;
  bool alive;
  std::vector<Tensor> tensors;  // that share it, when somebody has told
};
// By offset from the first address.
auto& allocations = *new std::map<uint64_t, Allocation>;
uint64_t next_offset = kPage;
size_t in_use = 0;
size_t in_total = size_t{4} << 30;
uint32_t last_owner = 0;

void reserve(uint64_t address, uint64_t bytes) {
  void* const wanted = reinterpret_cast<void*>(address);
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  if (mmap(wanted, bytes, PROT_READ | PROT_WRITE, flags, -1, 0) != wanted) {
    report("the addresses from " + std::to_string(address) + " on are taken");
    std::abort();
  }
  madvise(wanted, bytes, MADV_DONTDUMP);
}

// Before any kernel runs.
const bool reserved = [] {
  reserve(kMemory, kMemoryBytes);
  reserve(kValid, kMemoryBytes / 8);
  reserve(kOwner, kMemoryBytes / 256 * sizeof(uint32_t));
  return true;
}();

char* host(uint64_t offset) { return reinterpret_cast<char*>(kMemory + offset); }
void* device(uint64_t offset) { return reinterpret_cast<void*>((kMemory | kDeviceBit) + offset); }

void permit(uint64_t offset, size_t bytes) {
  std::memset(valid_bytes(offset), 8, bytes / 8);
  uint8_t* const last = valid_bytes(offset + bytes);
  if (bytes % 8) *last = std::max(*last, static_cast<uint8_t>(bytes % 8));
}

void forbid(uint64_t offset, size_t bytes) { std::memset(valid_bytes(offset), 0, (bytes + 7) / 8); }

void own(uint64_t offset, size_t bytes) {
  ++last_owner;
  std::fill(owner_of(offset), owner_of(offset + bytes) + 1, last_owner);
}

// The allocation that begins at or before `pointer`.
std::map<uint64_t, Allocation>::iterator before(const void* pointer) {
  if (!is_device_address(pointer)) return allocations.end();
  auto after = allocations.upper_bound(memory_offset(pointer));
  return after == allocations.begin() ? allocations.end() : std::prev(after);
}

void release(std::map<uint64_t, Allocation>::iterator place) {
  auto& [offset, allocation] = *place;
  forbid(offset, allocation.bytes);
  madvise(host(offset / kPage * kPage), (offset % kPage + allocation.bytes + kPage - 1) / kPage * kPage, MADV_DONTNEED);
  allocation.alive = false;
  in_use -= allocation.bytes;
}

std::string tensor_at(const Allocation& allocation, uint64_t inside) {
  if (allocation.tensors.empty()) return "";
  for (size_t i = 0; i < allocation.tensors.size(); ++i) {
    const Tensor& tensor = allocation.tensors[i];
    if (inside >= tensor.offset && inside < tensor.offset + tensor.bytes) return ", in tensor " + std::to_string(i) + " of those in it";
  }
  return ", between the tensors in it";
}

}  // namespace

void* allocate(size_t bytes) {
  if (bytes > in_total - in_use) return nullptr;
  // On a page of its own, but not at its beginning: 256 is what CUDA promises.
  const uint64_t offset = next_offset + 256;
  next_offset += (256 + bytes + 2 * kPage - 1) / kPage * kPage;
  if (next_offset > kMemoryBytes) return nullptr;
  allocations[offset] = {bytes, true, {}};
  in_use += bytes;
  permit(offset, bytes);
  own(offset, bytes);
  std::memset(host(offset), 0xff, bytes);
  return device(offset);
}

Freed free_memory(void* pointer) {
  const auto place = before(pointer);
  if (place == allocations.end() || place->first != memory_offset(pointer)) return Freed::unknown;
  if (!place->second.alive) return Freed::twice;
  release(place);
  return Freed::done;
}

void free_all_memory() {
  for (auto place = allocations.begin(); place != allocations.end(); ++place) {
    if (place->second.alive) release(place);
  }
}

size_t memory_in_use() { return in_use; }
size_t memory_in_total() { return in_total; }

void read_memory_limit_from_environment() {
  const char* text = std::getenv("EMULATOR_MEMORY");
  in_total = text ? std::strtoull(text, nullptr, 10) : size_t{4} << 30;
}

void permit_only(void* base, const size_t* offsets, const size_t* bytes, int count) {
  const auto place = before(base);
  if (place == allocations.end() || !place->second.alive) return report("the tensors of " + describe(base) + " cannot be told apart");
  const uint64_t offset = memory_offset(base);
  forbid(place->first, place->second.bytes);
  for (int i = 0; i < count; ++i) permit(offset + offsets[i], bytes[i]);
  place->second.tensors.clear();
  for (int i = 0; i < count; ++i) place->second.tensors.push_back({offset - place->first + offsets[i], bytes[i]});
}

bool is_device_address(const void* pointer) { return memory_offset(pointer) < kMemoryBytes; }

size_t bytes_from(const void* pointer) {
  const auto place = before(pointer);
  if (place == allocations.end() || !place->second.alive) return 0;
  const uint64_t inside = memory_offset(pointer) - place->first;
  return inside < place->second.bytes ? place->second.bytes - inside : 0;
}

void* memory_behind(const void* pointer, size_t bytes) {
  if (bytes > bytes_from(pointer)) return nullptr;
  return host(memory_offset(pointer));
}

std::string describe(const void* pointer) {
  char address[32];
  std::snprintf(address, sizeof address, "0x%llx", static_cast<unsigned long long>(reinterpret_cast<uint64_t>(pointer)));
  const auto place = before(pointer);
  if (place == allocations.end()) return std::string(address) + ", which is no device memory";
  const Allocation& allocation = place->second;
  const uint64_t inside = memory_offset(pointer) - place->first;
  return std::string(address) + ", byte " + std::to_string(inside) + " from the beginning of an allocation of " +
         std::to_string(allocation.bytes) + " bytes" + (allocation.alive ? tensor_at(allocation, inside) : " that was freed");
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

void laminet_emulator_bad_access(const void* base, const void* address, size_t bytes, size_t alignment) {
  const std::string what = "accesses " + std::to_string(bytes) + " bytes at " + describe(address);
  if (is_device_address(address) && reinterpret_cast<uint64_t>(address) % alignment) {
    fault(cudaErrorMisalignedAddress, what + ": not a multiple of " + std::to_string(alignment));
  }
  fault(cudaErrorIllegalAddress, what + "; its pointer is " + describe(base));
}

void laminet_emulator_note_tensors(void* base, const size_t* offsets, const size_t* bytes, int count) {
  const auto lock = lock_device();
  permit_only(base, offsets, bytes, count);
}

size_t laminet_emulator_device_bytes(const void* pointer) {
  const auto lock = lock_device();
  return bytes_from(pointer);
}

void* laminet_emulator_memory_behind(const void* pointer, size_t bytes) {
  void* const memory = memory_behind(pointer, bytes);
  if (memory && (!bytes || all_valid(memory_offset(pointer), bytes))) return memory;
  fault(cudaErrorIllegalAddress, "accesses " + std::to_string(bytes) + " bytes at " + describe(pointer));
}

}  // extern "C"
