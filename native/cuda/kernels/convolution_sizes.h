// The numbers of a convolution as its kernels take them.
#pragma once

#include <cstdint>

namespace laminet::cuda {

// One spatial axis: output position p, tap k reads input cell p * stride - before + k * dilation.
struct ConvolutionAxis {
  int input, taps, stride, dilation, before, output;
};

struct ConvolutionSizes {
  ConvolutionAxis rows, columns;
  int64_t images;
  int groups;
  int inputs, outputs;              // channels of x and of y
  int group_inputs, group_outputs;  // channels of one group
};

}  // namespace laminet::cuda
