// The memory of a program: every tensor that is not the caller's has a place in one allocation.
#pragma once

#include <string>
#include <vector>

#include "compile.h"

namespace laminet::cuda {

struct ArenaLayout {
  std::vector<int> tensors;     // that lie in it
  std::vector<size_t> offsets;  // by tensor; multiples of 256
  size_t bytes = 0;
  std::string text;             // readable
};

ArenaLayout lay_out(const Compiled& compiled);

// Tells the emulated device where tensors lie, so that it sees accesses between them. Nothing on a real device.
void note_tensors(void* arena, const ArenaLayout& layout, const Compiled& compiled);

}  // namespace laminet::cuda
