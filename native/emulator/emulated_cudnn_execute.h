// cudnnBackendExecute: checks the memory that a variant pack gives, and queues the plan's work on a stream.
#pragma once

#include <cuda_runtime_api.h>

#include "emulated_cudnn_descriptor.h"

namespace laminet::emulated_cudnn {

// Engines with the note TENSOR_CORE may round float32 operands (numbers.h).
void execute(cudaStream_t stream, const Descriptor& plan, const Descriptor& pack);

}  // namespace laminet::emulated_cudnn
