// What code of a kernel asks the emulated runtime for. Plain C names, since the two are different libraries.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

// Device addresses are those of the memory behind them, plus this: no host code can follow one, as on a machine with a GPU.
// (Bit 62 makes an address that x86-64 and arm64 refuse.)
inline constexpr uint64_t laminet_emulator_device_bit = uint64_t{1} << 62;

// What may be accessed, for the fast check of Global (memory_map.h fills it): of the `bytes` device addresses from `first` on, how many of
// every 8 neighbours are valid from the first on, and to which allocation every 256 neighbours belong.
struct laminet_emulator_map {
  uint64_t first;
  uint64_t bytes;
  const uint8_t* valid;
  const uint32_t* owner;
};
extern laminet_emulator_map laminet_emulator_memory;

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
