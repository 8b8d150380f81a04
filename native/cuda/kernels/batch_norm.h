// Batch normalisation of rows x channels, with a residual and an activation after it, and its gradient.
//
// Three launches each. Forward: statistics of parts of the rows (reads x), their combination, normalisation (reads x and the residual,
// writes y). Backward: sums over parts of the rows (reads x, dy and, for an activation, y), their combination, the gradient (reads the same
// again, writes dx and the residual's gradient). Variances come from distances to means, never from differences of squares; all sums are
// added in a fixed order.
#pragma once

#include <cuda_runtime_api.h>

#include "runtime/program.h"

namespace laminet::cuda {

enum class NormActivation { none, relu, leaky_relu };

struct BatchNorm {
  DType dtype = DType::f32;       // of x, y, the residual and their gradients
  DType parameters = DType::f32;  // of everything with one number a channel
  int64_t rows = 0;
  int64_t channels = 0;
  double epsilon = 0;
  NormActivation activation = NormActivation::none;
  double alpha = 0;  // of leaky_relu
};

// True for pairs of types that there are kernels for: 16-bit images with parameters of their own type or f32, else one type.
bool batch_norm_supported(DType dtype, DType parameters);
size_t batch_norm_scratch_bytes(const BatchNorm& norm);

struct BatchNormForward {
  const void *x, *gamma, *beta;
  const void* skip;  // the residual; may be null
  void *y, *mean, *variance, *scratch;
};
// y = activation((x - mean) / sqrt(variance + epsilon) * gamma + beta + skip)
void launch_batch_norm(const BatchNorm& norm, const BatchNormForward& at, cudaStream_t stream);

struct BatchNormBackward {
  const void *x, *gamma, *mean, *variance, *dy;
  const void* y;  // read when there is an activation
  void *dx, *dgamma, *dbeta;
  void* dskip;  // may be null
  void* scratch;
};
void launch_batch_norm_backward(const BatchNorm& norm, const BatchNormBackward& at, cudaStream_t stream);

}  // namespace laminet::cuda
