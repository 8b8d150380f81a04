// From the steps of a pointwise group to the instructions of the kernel.
#pragma once

#include <vector>

#include "kernels/pointwise.h"
#include "runtime/pointwise_group.h"

namespace laminet::cuda {

// The operands of its entry are the group's operands, then its constants, its outputs, and the axes of its iotas.
struct PointwiseCode {
  PointwiseSet set = PointwiseSet::light;
  int slots = 0;
  std::vector<PointwiseInstruction> instructions;
  std::vector<int> iotas;  // steps of the group
};

PointwiseCode translate(const PointwiseGroup& group);

// The bits of a lane of `dtype` that holds `value`.
uint64_t lane_bits(DType dtype, double value);

}  // namespace laminet::cuda
