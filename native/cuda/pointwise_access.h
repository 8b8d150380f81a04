// How an operand is read by a pointwise group whose shape it broadcasts to.
#pragma once

#include <vector>

#include "kernels/pointwise_data.h"

namespace laminet::cuda {

struct PointwiseAccess {
  PointwiseOperand::Access access = PointwiseOperand::Access::dense;
  std::vector<PointwiseTerm> terms;  // none where it is dense
};

PointwiseAccess access_of(const Shape& operand, const Shape& group);

// (index / stride) % extent
PointwiseTerm axis_term(int64_t stride, int64_t extent);

}  // namespace laminet::cuda
