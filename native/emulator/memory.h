// Memory of the emulated device. Addresses are never given out twice, so that what has been freed stays forbidden; memory between
// allocations is forbidden too; fresh memory holds NaN (every byte 0xff).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace laminet::emulator {

void* allocate(size_t bytes);  // null when the device is full
enum class Freed { done, twice, unknown };
Freed free_memory(void* pointer);
void free_all_memory();

size_t memory_in_use();
size_t memory_in_total();  // EMULATOR_MEMORY bytes, else 4 GiB
void read_memory_limit_from_environment();

bool is_device_address(const void* pointer);
// The bytes from `pointer` to the end of its allocation; 0 outside of allocations that live.
size_t bytes_from(const void* pointer);
// Null unless `bytes` from `pointer` on lie in one allocation that lives.
void* memory_behind(const void* pointer, size_t bytes);
// "device memory 0x... (256 bytes, freed) + 300".
std::string describe(const void* pointer);

}  // namespace laminet::emulator
