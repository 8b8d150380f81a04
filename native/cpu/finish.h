// The end of a lowering: return values go to the caller's buffers, updates into the variables, without copies where the order allows it.
#pragma once

#include "lowering.h"

namespace laminet::cpu {

void finish(Lowering& lowering);

// The tensor whose memory this one is.
int root_of(const std::vector<Tensor>& tensors, int tensor);

}  // namespace laminet::cpu
