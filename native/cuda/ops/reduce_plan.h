// Reductions over any axes, as passes over one axis each.
#pragma once

#include <vector>

#include "cuda/kernels/reduce.h"

namespace laminet::cuda {

// The passes that reduce `axes` (ascending) of `shape`; none where there is no result to write. The first reads the tensor, every other
// one the partial results of the one before, and the last writes the results.
std::vector<ReduceSizes> plan_reduction(const Shape& shape, const std::vector<int64_t>& axes);

}  // namespace laminet::cuda
