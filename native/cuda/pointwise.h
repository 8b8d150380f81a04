// Groups of pointwise instructions as one launch.
#pragma once

#include <memory>
#include <span>

#include "lowering.h"
#include "runtime/pointwise_group.h"

namespace laminet::cuda {

// The work of groups none of which reads what another one writes. An output and an operand of a group that have one shape may lie at the same
// place.
std::unique_ptr<Work> pointwise_work(Lowering& lowering, std::span<const PointwiseGroup* const> groups);

}  // namespace laminet::cuda
