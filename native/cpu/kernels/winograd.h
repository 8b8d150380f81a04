// Convolutions by windows of 3 x 3, stride 1, float32, as Winograd's minimal filtering computes them: for a tile of 4 x 4 results 36 products
// of matrices in place of 144 (F(4x4, 3x3)), for one of 3 x 3 results 25 in place of 81, which wastes less of small images (A. Lavin, S. Gray,
// "Fast Algorithms for Convolutional Neural Networks", 2015). Images lie in blocks of channels (nChw16c, nChw8c), weights as OIhw16i16o or
// OIhw8i8o; all channels fill their blocks.
#pragma once

#include <cstddef>
#include <cstdint>

namespace laminet::cpu {

// One spatial axis: output position p, tap k reads input cell p - before + k, zero where there is none.
struct WinogradAxis {
  int64_t input = 1;
  int64_t output = 1;
  int64_t before = 0;
};

struct WinogradShape {
  int64_t images = 1;
  int64_t channels = 16;  // of the source
  int64_t filters = 16;   // channels of the result
  WinogradAxis rows, columns;
};

// What happens to results on the way out: a bias a filter, or none; then negative ones times `slope`.
struct WinogradTail {
  const float* bias = nullptr;
  float slope = 1;
};

// The gradient of the source is a convolution of the result's gradient: its shape. Its weights are the forward ones turned round.
WinogradShape winograd_backward(const WinogradShape& shape);

// All memory is aligned to a cache line.
struct WinogradKernels {
  int64_t tile;   // results along an axis: 3 or 4
  int64_t block;  // of channels
  // The weights as `convolve` wants them, which depend on the channels only. `turned`: for the gradient of the source, `weights` being the
  // forward convolution's.
  size_t (*windows_bytes)(const WinogradShape& shape);
  void (*transform)(const WinogradShape& shape, const float* weights, bool turned, float* windows);
  size_t (*scratch)(const WinogradShape& shape, int threads);
  void (*convolve)(const WinogradShape& shape, const float* x, const float* windows, const WinogradTail& tail, float* y, int threads,
                   void* scratch);
  // The gradient of the weights, and of the bias unless null; `shape` is the forward convolution's. Runs on all threads of OpenMP, whose
  // number scratch depends on.
  size_t (*backward_weights_scratch)(const WinogradShape& shape);
  void (*backward_weights)(const WinogradShape& shape, const float* x, const float* dy, float* dweights, float* dbias, void* scratch);
};

}  // namespace laminet::cpu
