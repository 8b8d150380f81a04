// cudnnBackendExecute: checks the memory that a variant pack gives, and queues the plan's work on a stream.
#pragma once

#include <cuda_runtime_api.h>

#include "emulated_cudnn_descriptor.h"

namespace laminet::emulated_cudnn {

// EMULATED_TENSOR_FLOAT32=1: engines with the note TENSOR_CORE round float32 operands to TF32, as GPUs do.
void execute(cudaStream_t stream, const Descriptor& plan, const Descriptor& pack);

}  // namespace laminet::emulated_cudnn
