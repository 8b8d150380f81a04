// The loop nest of a pointwise group over a layout.
#pragma once

#include <optional>

#include "layout.h"
#include "pointwise_kernel.h"

namespace laminet::cpu {

// Outputs, and the operands of the full shape that are not plain, lie in `layout`; all other operands are plain and broadcast. Nothing
// when the layout's axes are no splits of the group's, or its padding would read or write what it must not.
std::optional<IterationSpace> iteration_space(const Program& program, const PointwiseGroup& group, const Layout& layout);

// Whether this operand is read in the layout of the outputs; the others are read plain.
bool follows_layout(const Program& program, const PointwiseGroup& group, int operand);

}  // namespace laminet::cpu
