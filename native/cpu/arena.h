// Where the tensors of a compiled program lie.
#pragma once

#include <string>
#include <vector>

#include "step.h"

namespace laminet::cpu {

struct Placement {
  std::vector<size_t> offsets;  // by tensor; of those in the arena (aliases included)
  size_t bytes = 0;             // of the arena
  std::string text;             // the readable plan
};

Placement place(const std::vector<Tensor>& tensors, const std::vector<Step>& steps);

}  // namespace laminet::cpu
