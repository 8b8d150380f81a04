// Batch norm, its activation and the max pooling that follows, float32, in one pass over x, and their gradient in another.
#pragma once

#include "batch_norm.h"
#include "max_pool.h"

namespace laminet::cpu {

// Windows do not overlap, and each has a cell. Of the norm's shape only channels and block count here; lanes of the pooling are a block, or
// (channels last) all channels.
struct BatchNormPool {
  BatchNormOptions norm;
  MaxPoolShape pool;
};

// Coefficients are those of BatchNormKernels, and parallel is what is parallel there. Where the maxima are is all that a gradient of the
// pooled result concerns: `add_gradients` of BatchNormKernels gets x at the maxima and that gradient, in the shape of the result.
struct BatchNormPoolKernels {
  // y, the maxima of the windows of the normalised and activated x; x_at_maximum, and the places as in MaxPoolKernels.
  void (*forward)(const BatchNormPool& options, const float* x, const void* coefficients, float* y, float* x_at_maximum, uint8_t* places);
  // dx of BatchNormKernels' `differentiate` from the gradient of y.
  void (*differentiate)(const BatchNormPool& options, const float* x, const float* x_at_maximum, const uint8_t* places, const float* dy,
                        const void* coefficients, float* dx);
};

// Those of the best instruction set this machine has.
const BatchNormPoolKernels& batch_norm_pool_kernels();

}  // namespace laminet::cpu
