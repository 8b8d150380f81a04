// Where the windows of a convolution or pooling lie: output sizes and padding, by Keras's rules (TensorFlow's "SAME": the odd cell of
// the padding goes after the data).
#pragma once

#include <algorithm>
#include <cstdint>

#include "program.h"

namespace laminet {

// One spatial axis: output position p, tap k reads input cell p * stride - before + k * dilation.
struct WindowAxis {
  int64_t input = 0;
  int64_t window = 0;  // taps
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t before = 0;  // padding
  int64_t after = 0;
  int64_t output = 0;

  int64_t extent() const { return (window - 1) * dilation + 1; }
};

struct WindowGeometry {
  WindowAxis rows;
  WindowAxis columns;
};

inline void pad_same(WindowAxis& axis) {
  axis.output = (axis.input + axis.stride - 1) / axis.stride;
  const int64_t total = std::max<int64_t>((axis.output - 1) * axis.stride + axis.extent() - axis.input, 0);
  axis.before = total / 2;
  axis.after = total - axis.before;
}

inline void pad_explicitly(WindowAxis& axis, int64_t before, int64_t after) {
  axis.before = before;
  axis.after = after;
  const int64_t room = axis.input + before + after - axis.extent();
  axis.output = room < 0 ? 0 : room / axis.stride + 1;
}

// `instruction` has `strides`, `padding` and, unless it pools, `dilations`.
inline WindowGeometry window_geometry(const Instruction& instruction, int64_t height, int64_t width, int64_t window_height,
                                      int64_t window_width) {
  static const std::vector<int64_t> ones{1, 1};
  const std::vector<int64_t>& strides = instruction.integers("strides");
  const std::vector<int64_t>& dilations = instruction.has("dilations") ? instruction.integers("dilations") : ones;
  WindowGeometry geometry;
  geometry.rows = {.input = height, .window = window_height, .stride = strides.at(0), .dilation = dilations.at(0)};
  geometry.columns = {.input = width, .window = window_width, .stride = strides.at(1), .dilation = dilations.at(1)};
  const Attribute& padding = instruction.attributes.at("padding");
  if (const auto* cells = std::get_if<std::vector<int64_t>>(&padding)) {
    pad_explicitly(geometry.rows, cells->at(0), cells->at(1));
    pad_explicitly(geometry.columns, cells->at(2), cells->at(3));
  } else if (instruction.text("padding") == "same") {
    pad_same(geometry.rows);
    pad_same(geometry.columns);
  } else {
    pad_explicitly(geometry.rows, 0, 0);
    pad_explicitly(geometry.columns, 0, 0);
  }
  return geometry;
}

// conv2d and its backward ops: `x` is the shape of the image side, `kernel` of the kernel.
inline WindowGeometry conv_geometry(const Instruction& instruction, const Shape& x, const Shape& kernel) {
  return window_geometry(instruction, x.at(1), x.at(2), kernel.at(0), kernel.at(1));
}

// Pooling ops: `x` is the shape of the image side.
inline WindowGeometry pool_geometry(const Instruction& instruction, const Shape& x) {
  const std::vector<int64_t>& pool = instruction.integers("poolSize");
  return window_geometry(instruction, x.at(1), x.at(2), pool.at(0), pool.at(1));
}

}  // namespace laminet
