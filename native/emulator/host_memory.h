// Host memory that the device knows: pinned by cudaHostAlloc, cudaMallocHost or cudaHostRegister.
#pragma once

#include <cstddef>

namespace laminet::emulator {

bool is_pinned(const void* pointer, size_t bytes);
void free_all_pinned_memory();

}  // namespace laminet::emulator
