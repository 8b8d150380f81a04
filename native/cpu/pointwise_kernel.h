// Evaluates a pointwise group on the CPU: tile by tile in the first-level cache, one vectorised loop per step and tile.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "../runtime/pointwise_group.h"
#include "kernels/isa.h"

namespace laminet::cpu {

// The loop nest of a group in the memory order of its outputs, which are dense over `extents` (last axis innermost). For a blocked layout
// the axes are those of the blocked form, e.g. [n, c/16, h, w, 16] with logical strides [h*w*c, 16, w*c, c, 1].
struct IterationSpace {
  std::vector<int64_t> extents;
  std::vector<std::vector<int64_t>> operand_strides;  // by elementwise operand, in elements along these axes; 0 = broadcast
  std::vector<int64_t> logical_strides;               // index of an element in plain order = sum of coordinate * stride
};

// The space of a group whose operands and outputs are all plain.
IterationSpace plain_iteration_space(const Program& program, const PointwiseGroup& group);

// Prepared once, run often, from one thread at a time. Operand memory must be readable over the whole space (padding included). An output
// may be the same memory as an operand that is dense over the space; other overlaps are not allowed.
class PointwiseKernel {
 public:
  PointwiseKernel(const PointwiseGroup& group, const IterationSpace& space);
  PointwiseKernel(const PointwiseGroup& group, const IterationSpace& space, Isa isa);
  ~PointwiseKernel();
  PointwiseKernel(PointwiseKernel&&) noexcept;
  PointwiseKernel& operator=(PointwiseKernel&&) noexcept;

  // `operands` and `outputs` in the order of the group's. Parallel over OpenMP's threads when large enough.
  void run(std::span<const void* const> operands, std::span<void* const> outputs) const;
  double bytes_touched() const;  // read and written by one run, for profiles

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace laminet::cpu
