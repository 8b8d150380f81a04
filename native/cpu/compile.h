// From a program to steps.
#pragma once

#include <span>

#include "buffer.h"
#include "lowering.h"

namespace laminet::cpu {

struct Compiled {
  std::vector<Tensor> tensors;
  std::vector<Step> steps;
  int kernels = 0;
  int reorders = 0;
};

// May change the layouts of `variables`. The program outlives the result.
Compiled compile_program(const Program& program, Library& library, std::span<const BufferPtr> variables);

}  // namespace laminet::cpu
