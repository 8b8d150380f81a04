// Convolutions of channels-last images by their definition: for what cuDNN has no plan for, whatever the types, sizes and options.
// Kernels lie as [kh, kw, c / groups, o]. Sums are added in a fixed order.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

#include "cuda/convolution.h"

namespace laminet::cuda {

// True when the sizes fit the kernels' integers.
bool direct_convolution_supported(const Convolution& convolution);

// y = convolution of x; plus `bias` (which may be null), and without what is negative when the epilogue says so.
void launch_convolve(const Convolution& convolution, const void* x, const void* kernel, const void* bias, void* y, cudaStream_t stream);

// `turned`: the kernel as [o, kh, kw, c / groups].
void launch_convolve_backward_input(const Convolution& convolution, const void* turned, const void* dy, void* dx, cudaStream_t stream);

size_t convolve_backward_kernel_scratch_bytes(const Convolution& convolution);
void launch_convolve_backward_kernel(const Convolution& convolution, const void* x, const void* dy, void* scratch, void* dkernel,
                                     cudaStream_t stream);

}  // namespace laminet::cuda
