// Max pooling, float32, with the places of the maxima for the gradient.
#pragma once

#include <cstdint>

namespace laminet::cpu {

// One spatial axis: output position p, tap k reads input cell p * stride - before + k, where there is one.
struct PoolAxis {
  int64_t input = 1;
  int64_t output = 1;
  int64_t window = 1;
  int64_t stride = 1;
  int64_t before = 0;
};

// x as [images][rows][columns][lanes]: an image and all its channels, or (nChw16c, nChw8c) a block of its channels.
struct MaxPoolShape {
  int64_t images = 1;
  PoolAxis rows, columns;
  int64_t lanes = 1;
};

// A place is the number of the tap, row by row; 255 where a window has no cell. So windows have at most 255 taps.
inline constexpr int64_t kMostPoolTaps = 255;

struct MaxPoolKernels {
  // y: the largest cell of each window (NaN wins), -infinity where it has none. `places` may be null; the first of equal cells is taken.
  void (*forward)(const MaxPoolShape& shape, const float* x, float* y, uint8_t* places);
  // dx: the sum of the gradients of the windows whose maximum the cell is.
  void (*backward)(const MaxPoolShape& shape, const uint8_t* places, const float* dy, float* dx);
};

// Those of the best instruction set this machine has.
const MaxPoolKernels& max_pool_kernels();

}  // namespace laminet::cpu
