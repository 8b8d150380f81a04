// Batch normalisation with an optional activation, float32, training: statistics of the batch, and the gradient. gamma, beta, mean,
// variance and their gradients have `channels` elements, unpadded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

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
  float alpha = 0;    // leaky_relu
  // For `finish_gradients`: elements of a channel, where the sums have left out some whose dy is zero; 0: all those of the shape.
  int64_t count = 0;
};

// Statistics and gradients are sums over the batch, which threads or slices of it add up on their own. All other functions are parallel
// over OpenMP's threads, and may run for a slice alone: `options.shape.batch` is then the slice's.
struct BatchNormKernels {
  // Rows of coefficients, which tell `normalize` and `differentiate` all about a channel, and sums of one thread or slice.
  size_t (*coefficient_bytes)(const BatchNormShape& shape);
  size_t (*sum_bytes)(const BatchNormShape& shape);

  // Mean and variance (population) of x; `sums`: those of omp_get_max_threads() threads.
  void (*statistics)(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, float* mean, float* variance,
                     void* coefficients, void* sums);
  // The same in parts: what is added begins with zero bytes.
  void (*add_statistics)(const BatchNormOptions& options, const float* x, void* sums);
  void (*finish_statistics)(const BatchNormOptions& options, std::span<void* const> sums, const float* gamma, const float* beta, float* mean,
                            float* variance, void* coefficients);
  // y = activation(gamma * (x - mean) / sqrt(variance + epsilon) + beta). y may be x.
  void (*normalize)(const BatchNormOptions& options, const float* x, const void* coefficients, float* y);

  // dy is the gradient of the activation's result; its mask is recomputed from x.
  void (*gradients)(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, const float* mean,
                    const float* variance, const float* dy, float* dgamma, float* dbeta, void* coefficients, void* sums);
  // The same in parts; `begin_gradients` makes the coefficients that `add_gradients` needs.
  void (*begin_gradients)(const BatchNormOptions& options, const float* gamma, const float* beta, const float* mean, const float* variance,
                          void* coefficients);
  void (*add_gradients)(const BatchNormOptions& options, const float* x, const float* dy, const void* coefficients, void* sums);
  void (*finish_gradients)(const BatchNormOptions& options, std::span<void* const> sums, const float* gamma, const float* variance,
                           float* dgamma, float* dbeta, void* coefficients);
  // dx may be dy.
  void (*differentiate)(const BatchNormOptions& options, const float* x, const float* dy, const void* coefficients, float* dx);
};

// Those of the best instruction set this machine has.
const BatchNormKernels& batch_norm_kernels();

}  // namespace laminet::cpu
