// Where each value of a program lies while it runs, and what is copied when its instructions are done.
#pragma once

#include <string>
#include <vector>

#include "runtime/program.h"

namespace laminet::reference {

// At an offset of the arena, or all of the position-th input, variable, constant or output.
struct Place {
  enum class Kind : uint8_t { arena, input, variable, constant, output };
  Kind kind = Kind::arena;
  size_t position = 0;
};

struct Copy {
  Place from, to;
  size_t bytes = 0;
};

struct Placement {
  std::vector<Place> places;  // by value id
  std::vector<int> steps;     // the instructions that compute, in order
  std::vector<Copy> copies;   // after them, in order: returns, then updates
  size_t arena_bytes = 0;
  std::string plan;           // readable
};

Placement place_values(const Program& program);

}  // namespace laminet::reference
