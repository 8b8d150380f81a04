// What a convolution instruction computes, in numbers: what cuDNN's graphs, plans and the own kernels are chosen and made from.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/geometry.h"
#include "runtime/program.h"

namespace laminet::cuda {

enum class Direction { forward, backward_input, backward_kernel };
// What follows a forward convolution in the same instruction.
enum class Epilogue { none, bias, bias_relu };

struct Convolution {
  Direction direction = Direction::forward;
  Epilogue epilogue = Epilogue::none;
  DType dtype = DType::f32;
  int64_t images = 0;
  int64_t channels = 0;  // of x
  int64_t outputs = 0;   // channels of y
  int64_t groups = 1;
  WindowGeometry geometry;

  // "conv2d_backward_kernel", "conv2d+bias+relu"
  std::string name() const;
  // Every number on one line: what plans are cached by, and what messages say of the shapes. An axis "32w3s2d1p0+1o16": input 32, window 3,
  // stride 2, dilation 1, padding 0 before and 1 after, output 16.
  std::string text() const;
};

Convolution convolution_of(const Program& program, const Instruction& instruction);

}  // namespace laminet::cuda
