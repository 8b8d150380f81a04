// What code of a kernel asks the emulated runtime for. Plain C names, since the two are different libraries.
#pragma once

#include <cstddef>
#include <cstdint>

namespace laminet::emulator {

// The memory of the device lies at addresses that are known when kernels are compiled, which makes the check of every access cheap. A
// device address is that of the memory behind it plus kDeviceBit, so that no host code can follow one, as on a machine with a GPU: x86-64
// refuses addresses with bit 62. (Linux gives programs memory below 2^47, and none so low unless asked; AddressSanitizer keeps clear of
// it.)
inline constexpr uint64_t kDeviceBit = uint64_t{1} << 62;
// Above 2^46, below which V8 puts its pages at random addresses.
inline constexpr uint64_t kMemory = uint64_t{0x4000} << 32;
inline constexpr uint64_t kMemoryBytes = uint64_t{1} << 40;  // of addresses
// How many of every 8 neighbouring bytes may be accessed, from the first on; and to which allocation every 256 neighbours belong.
inline constexpr uint64_t kValid = uint64_t{0x4800} << 32;
inline constexpr uint64_t kOwner = uint64_t{0x5000} << 32;

inline uint8_t* valid_bytes(uint64_t offset) { return reinterpret_cast<uint8_t*>(kValid) + offset / 8; }
inline uint32_t* owner_of(uint64_t offset) { return reinterpret_cast<uint32_t*>(kOwner) + offset / 256; }
inline uint64_t memory_offset(const void* address) { return reinterpret_cast<uint64_t>(address) - (kMemory | kDeviceBit); }

}  // namespace laminet::emulator

extern "C" {

// End the launch with an error, since the running thread did what a GPU punishes.
[[noreturn]] void laminet_emulator_bad_access(const void* base, const void* address, size_t bytes, size_t alignment);
[[noreturn]] void laminet_emulator_trap(const char* what);

void laminet_emulator_barrier();
void laminet_emulator_warp_barrier(unsigned mask);
unsigned laminet_emulator_ballot(unsigned mask, int predicate);
// `mode`: 'i' from lane `operand`, 'u' up, 'd' down, 'x' exclusive or. `value` and `result` have `bytes`, at most 8.
void laminet_emulator_shuffle(char mode, unsigned mask, unsigned operand, int width, const void* value, void* result, size_t bytes);

// A LAMINET_SHARED of the source; the runtime gives it fresh memory for every block.
struct laminet_emulator_shared_array {
  const char* name;
  size_t element;
  int64_t count;
  uint64_t block;  // the block that the rest belongs to
  unsigned char* data;
  void* history;
};
// The serial number of the running block; never 0.
extern uint64_t laminet_emulator_block;
void laminet_emulator_open_shared(laminet_emulator_shared_array* array);
// Checks an access to an element and remembers it; `value` is what is about to be written, null for a read.
void laminet_emulator_touch_shared(laminet_emulator_shared_array* array, int64_t index, const void* value);

// `kernel` is the function's address: the name it has in its library is its name for nvcc too.
void laminet_emulator_register_kernel(const void* kernel, void (*run)(const void* kernel, const void* arguments), size_t bytes);

}  // extern "C"
