// Batch normalisation with an optional activation, float32, training: statistics of the batch, and the gradient. gamma, beta, mean,
// variance and their gradients have `channels` elements, unpadded.
#pragma once

#include <cstddef>
#include <cstdint>

namespace laminet::cpu {

// x as [batch][blocks][spatial][block] (nChw16c, nChw8c: block = 16 or 8, channels padded with zeros up to a multiple of it), or channels
// last as [batch * spatial][channels] (block = 0).
struct BatchNormShape {
  int64_t batch = 1;
  int64_t spatial = 1;
  int64_t channels = 1;
  int64_t block = 0;
};

enum class BatchNormActivation { none, relu, leaky_relu };

struct BatchNormOptions {
  BatchNormShape shape;
  float epsilon = 1e-3f;
  BatchNormActivation activation = BatchNormActivation::none;
  float alpha = 0;  // leaky_relu
};

struct BatchNormKernels {
  // y = activation(gamma * (x - mean) / sqrt(variance + epsilon) + beta); mean and variance (population) are results. y may be x.
  void (*forward)(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, float* y, float* mean,
                  float* variance, void* scratch);
  // dy is the gradient of the activation's result; its mask is recomputed from x. dx may be dy.
  void (*backward)(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, const float* mean,
                   const float* variance, const float* dy, float* dx, float* dgamma, float* dbeta, void* scratch);
  size_t (*scratch_bytes)(const BatchNormShape& shape);
};

// Those of the best instruction set this machine has.
const BatchNormKernels& batch_norm_kernels();

// Bytes of `scratch` (64-byte aligned) for both directions with OpenMP's present number of threads.
size_t batch_norm_scratch_bytes(const BatchNormShape& shape);

}  // namespace laminet::cpu
