// In which layout each variable lives between runs.
#pragma once

#include <span>
#include <vector>

#include "buffer.h"
#include "kernel.h"
#include "lowering.h"

namespace laminet::cpu {

// Chooses the layouts, converts the buffers, and enters the variables into the lowering.
void settle_variables(Lowering& lowering, const std::vector<KernelPtr>& kernels, std::span<const BufferPtr> variables);

}  // namespace laminet::cpu
