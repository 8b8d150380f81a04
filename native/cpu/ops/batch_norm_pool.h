// Batch norm and the max pooling of its result as one kernel, where both are differentiated.
#pragma once

#include "cpu/graph.h"
#include "cpu/kernel.h"

namespace laminet::cpu {

// Null where the instructions around this one do not allow it.
KernelPtr claim_pooled_batch_norm(const ClaimGraph& graph, int batch_norm);
// Null unless the forward kernel was claimed that way.
KernelPtr claim_pooled_batch_norm_backward(const ClaimGraph& graph, int batch_norm_backward);

}  // namespace laminet::cpu
