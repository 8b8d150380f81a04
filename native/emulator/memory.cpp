#include "emulator/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>

#include "emulator/device_calls.h"
#include "emulator/enqueue.h"
#include "emulator/fault.h"

extern "C" {
laminet_emulator_map laminet_emulator_memory{};
}

namespace laminet::emulator {
namespace {

constexpr uint64_t kAddresses = uint64_t{1} << 40;
constexpr uint64_t kPage = 4096;

struct Allocation {
  size_t bytes;
  bool alive;
};
// By offset from the first address.
std::map<uint64_t, Allocation> allocations;
uint64_t next_offset = kPage;
size_t in_use = 0;
size_t in_total = size_t{4} << 30;
uint32_t last_owner = 0;

char* reserve(uint64_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, bytes, MADV_DONTDUMP);
  return static_cast<char*>(memory);
}

laminet_emulator_map& map() {
  auto& map = laminet_emulator_memory;
  if (map.bytes) return map;
  map.first = reinterpret_cast<uint64_t>(reserve(kAddresses)) | laminet_emulator_device_bit;
  map.valid = reinterpret_cast<uint8_t*>(reserve(kAddresses / 8));
  map.owner = reinterpret_cast<uint32_t*>(reserve(kAddresses / 256 * sizeof(uint32_t)));
  map.bytes = kAddresses;
  return map;
}

char* host(uint64_t offset) { return reinterpret_cast<char*>(map().first + offset - laminet_emulator_device_bit); }
uint8_t* valid(uint64_t offset) { return const_cast<uint8_t*>(map().valid) + offset / 8; }

void permit(uint64_t offset, size_t bytes) {
  std::memset(valid(offset), 8, bytes / 8);
  if (bytes % 8) *valid(offset + bytes) = std::max(*valid(offset + bytes), static_cast<uint8_t>(bytes % 8));
}

bool all_permitted(uint64_t offset, size_t bytes) {
  const uint8_t* end = valid(offset + bytes);
  return std::all_of(static_cast<const uint8_t*>(valid(offset)), end, [](uint8_t bytes) { return bytes == 8; }) &&
         (bytes % 8 == 0 || *end >= bytes % 8);
}

void forbid(uint64_t offset, size_t bytes) { std::memset(valid(offset), 0, (bytes + 7) / 8); }

void own(uint64_t offset, size_t bytes) {
  ++last_owner;
  auto* owner = const_cast<uint32_t*>(map().owner);
  for (uint64_t at = offset / 256; at * 256 < offset + bytes; ++at) owner[at] = last_owner;
}

// The allocation that begins at or before `pointer`.
std::map<uint64_t, Allocation>::iterator before(const void* pointer) {
  if (!is_device_address(pointer)) return allocations.end();
  auto after = allocations.upper_bound(reinterpret_cast<uint64_t>(pointer) - map().first);
  return after == allocations.begin() ? allocations.end() : std::prev(after);
}

void release(std::map<uint64_t, Allocation>::iterator place) {
  auto& [offset, allocation] = *place;
  forbid(offset, allocation.bytes);
  madvise(host(offset / kPage * kPage), (offset % kPage + allocation.bytes + kPage - 1) / kPage * kPage, MADV_DONTNEED);
  allocation.alive = false;
  in_use -= allocation.bytes;
}

}  // namespace

void* allocate(size_t bytes) {
  if (bytes > in_total - in_use) return nullptr;
  // On a page of its own, but not at its beginning: 256 is what CUDA promises.
  const uint64_t offset = next_offset + 256;
  next_offset += (256 + bytes + 2 * kPage - 1) / kPage * kPage;
  if (next_offset > kAddresses) return nullptr;
  allocations[offset] = {bytes, true};
  in_use += bytes;
  permit(offset, bytes);
  own(offset, bytes);
  std::memset(host(offset), 0xff, bytes);
  return reinterpret_cast<void*>(map().first + offset);
}

Freed free_memory(void* pointer) {
  const auto place = before(pointer);
  if (place == allocations.end() || map().first + place->first != reinterpret_cast<uint64_t>(pointer)) return Freed::unknown;
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
  const uint64_t offset = reinterpret_cast<uint64_t>(base) - map().first;
  forbid(place->first, place->second.bytes);
  for (int i = 0; i < count; ++i) permit(offset + offsets[i], bytes[i]);
}

bool is_device_address(const void* pointer) { return reinterpret_cast<uint64_t>(pointer) - map().first < map().bytes; }

size_t bytes_from(const void* pointer) {
  const auto place = before(pointer);
  if (place == allocations.end() || !place->second.alive) return 0;
  const uint64_t inside = reinterpret_cast<uint64_t>(pointer) - map().first - place->first;
  return inside < place->second.bytes ? place->second.bytes - inside : 0;
}

void* memory_behind(const void* pointer, size_t bytes) {
  if (bytes > bytes_from(pointer)) return nullptr;
  return reinterpret_cast<void*>(reinterpret_cast<uint64_t>(pointer) - laminet_emulator_device_bit);
}

std::string describe(const void* pointer) {
  char text[160];
  const auto place = before(pointer);
  if (place == allocations.end()) {
    std::snprintf(text, sizeof text, "%p, which is no device memory", pointer);
    return text;
  }
  std::snprintf(text, sizeof text, "%p, byte %llu from the beginning of an allocation of %zu bytes%s", pointer,
                static_cast<unsigned long long>(reinterpret_cast<uint64_t>(pointer) - map().first - place->first), place->second.bytes,
                place->second.alive ? "" : " that was freed");
  return text;
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
  permit_only(base, offsets, bytes, count);
}

size_t laminet_emulator_device_bytes(const void* pointer) { return bytes_from(pointer); }

void* laminet_emulator_memory_behind(const void* pointer, size_t bytes) {
  void* const memory = memory_behind(pointer, bytes);
  const uint64_t offset = reinterpret_cast<uint64_t>(pointer) - laminet_emulator_memory.first;
  if (memory && all_permitted(offset / 8 * 8, offset % 8 + bytes)) return memory;
  fault(cudaErrorIllegalAddress, "accesses " + std::to_string(bytes) + " bytes at " + describe(pointer));
}

}  // extern "C"
