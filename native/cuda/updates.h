// How new values reach their variables: written there by the kernel that computes them, or copied at the end.
#pragma once

#include <vector>

#include "compile.h"
#include "runtime/pointwise_group.h"

namespace laminet::cuda {

// An output of a pointwise group, which reads and writes its elements one for one.
struct ElementwiseOutput {
  int step;
  int value;
  const PointwiseGroup* group;
};

// Sets compiled.returns, gives tensors the places of variables, and adds copies as last steps. All old values are read before any changes.
void assign_updates(const Program& program, const std::vector<ElementwiseOutput>& elementwise, Compiled& compiled);

}  // namespace laminet::cuda
