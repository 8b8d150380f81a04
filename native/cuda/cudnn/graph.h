// The operation graph of a convolution.
#pragma once

#include "cuda/convolution.h"
#include "target.h"

namespace laminet::cuda::cudnn {

// The tensors of a graph, by the unique ids that plans are executed with. Images are dense with channels last; a kernel is dense as
// [o, kh, kw, c / groups] (see docs/decisions/kernel-layout-on-cuda.md).
enum class Tensor : int64_t { x = 1, kernel = 2, y = 3, bias = 4 };

cudnnDataType_t data_type(DType dtype);

// Throws Refusal.
Descriptor operation_graph(const Convolution& convolution, const Target& target);

}  // namespace laminet::cuda::cudnn
