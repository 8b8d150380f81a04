// The three convolutions of 1 to 3 spatial axes: one walk over pairs of image and response cells, three things to do with a pair.
#include <array>

#include "emulated_cudnn_interpret.h"

namespace laminet::emulated_cudnn {

namespace {

constexpr size_t kAxes = 3;  // missing spatial axes count as axes of size 1
using Triple = std::array<int64_t, kAxes>;

Triple triple(const Sizes& values, size_t from, int64_t missing) {
  Triple result;
  result.fill(missing);
  const size_t count = values.size() - from;
  for (size_t axis = 0; axis < count; ++axis) result[kAxes - count + axis] = values[from + axis];
  return result;
}

struct Geometry {
  int64_t batch, groups, in, out;  // channels a group
  Triple image, kernel, response, before, strides, dilations;
  bool flipped;
};

Geometry geometry_of(const Operation& operation, const Sizes& x, const Sizes& w, const Sizes& y) {
  const int64_t groups = x[1] / w[1];
  return {.batch = x[0],
          .groups = groups,
          .in = w[1],
          .out = w[0] / groups,
          .image = triple(x, 2, 1),
          .kernel = triple(w, 2, 1),
          .response = triple(y, 2, 1),
          .before = triple(operation.before.empty() ? Sizes(x.size() - 2, 0) : operation.before, 0, 0),
          .strides = triple(operation.strides, 0, 1),
          .dilations = triple(operation.dilations, 0, 1),
          .flipped = operation.flipped};
}

// Calls body(cell, tap) for the taps of one axis that lie inside the image.
template <typename Body>
void for_each_tap(const Geometry& geometry, size_t axis, int64_t position, Body body) {
  for (int64_t tap = 0; tap < geometry.kernel[axis]; ++tap) {
    const int64_t cell = position * geometry.strides[axis] - geometry.before[axis] + tap * geometry.dilations[axis];
    if (cell >= 0 && cell < geometry.image[axis]) body(cell, geometry.flipped ? geometry.kernel[axis] - 1 - tap : tap);
  }
}

// Calls body(x, y, w) for each cell of the image x that a cell of the response y reads through the tap w.
template <typename Body>
void for_each_pair(const Geometry& geometry, Body body) {
  int64_t y = 0;
  for (int64_t n = 0; n < geometry.batch; ++n)
    for (int64_t d = 0; d < geometry.response[0]; ++d)
      for (int64_t h = 0; h < geometry.response[1]; ++h)
        for (int64_t w = 0; w < geometry.response[2]; ++w, ++y)
          for_each_tap(geometry, 0, d, [&](int64_t plane, int64_t r) {
            for_each_tap(geometry, 1, h, [&](int64_t row, int64_t s) {
              for_each_tap(geometry, 2, w, [&](int64_t column, int64_t t) {
                body(((n * geometry.image[0] + plane) * geometry.image[1] + row) * geometry.image[2] + column, y,
                     (r * geometry.kernel[1] + s) * geometry.kernel[2] + t);
              });
            });
          });
}

// target[j] += sum over i of source[i] * matrix[i][j], for each group.
void multiply_groups(int64_t groups, int64_t rows, int64_t columns, const double* source, const double* matrix, double* target) {
  for (int64_t g = 0; g < groups; ++g, target += columns)
    for (int64_t i = 0; i < rows; ++i, matrix += columns) {
      const double factor = *source++;
      for (int64_t j = 0; j < columns; ++j) target[j] += factor * matrix[j];
    }
}

// matrix[i][j] += left[i] * right[j], for each group.
void add_products(int64_t groups, int64_t rows, int64_t columns, const double* left, const double* right, double* matrix) {
  for (int64_t g = 0; g < groups; ++g, right += columns)
    for (int64_t i = 0; i < rows; ++i, matrix += columns) {
      const double factor = *left++;
      for (int64_t j = 0; j < columns; ++j) matrix[j] += factor * right[j];
    }
}

Operand channels_last(const Operand& operand) {
  Sizes order{0};
  for (size_t axis = 2; axis < operand.dims.size(); ++axis) order.push_back(static_cast<int64_t>(axis));
  order.push_back(1);
  return operand.permuted(order);
}

// Taps, groups, then channels in and out (or out and in).
Operand kernel_view(const Operand& operand, int64_t groups, bool out_last) {
  Sizes order;
  for (size_t axis = 2; axis < operand.dims.size(); ++axis) order.push_back(static_cast<int64_t>(axis) + 1);
  order.insert(order.end(), {0, out_last ? 2 : 1, out_last ? 1 : 2});
  return operand.split(0, groups).permuted(order);
}

size_t elements(const Operand& operand) {
  size_t count = 1;
  for (int64_t size : operand.dims) count *= static_cast<size_t>(size);
  return count;
}

}  // namespace

void convolve(const Operation& operation, const Operand& first, const Operand& second, const Operand& output, bool tensor_float32) {
  Dense result(elements(output), 0.0);
  if (operation.kind == Kind::convolution_forward) {
    const Geometry geometry = geometry_of(operation, first.dims, second.dims, output.dims);
    const int64_t groups = geometry.groups, in = geometry.in, out = geometry.out;
    const Dense x = load(channels_last(first), tensor_float32), w = load(kernel_view(second, groups, true), tensor_float32);
    for_each_pair(geometry, [&](int64_t cell, int64_t y, int64_t tap) {
      multiply_groups(groups, in, out, &x[cell * groups * in], &w[tap * groups * in * out], &result[y * groups * out]);
    });
    store(channels_last(output), result, operation.alpha, operation.beta);
  } else if (operation.kind == Kind::convolution_backward_data) {
    const Geometry geometry = geometry_of(operation, output.dims, second.dims, first.dims);
    const int64_t groups = geometry.groups, in = geometry.in, out = geometry.out;
    const Dense dy = load(channels_last(first), tensor_float32), w = load(kernel_view(second, groups, false), tensor_float32);
    for_each_pair(geometry, [&](int64_t cell, int64_t y, int64_t tap) {
      multiply_groups(groups, out, in, &dy[y * groups * out], &w[tap * groups * in * out], &result[cell * groups * in]);
    });
    store(channels_last(output), result, operation.alpha, operation.beta);
  } else {
    const Geometry geometry = geometry_of(operation, first.dims, output.dims, second.dims);
    const int64_t groups = geometry.groups, in = geometry.in, out = geometry.out;
    const Dense x = load(channels_last(first), tensor_float32), dy = load(channels_last(second), tensor_float32);
    for_each_pair(geometry, [&](int64_t cell, int64_t y, int64_t tap) {
      add_products(groups, in, out, &x[cell * groups * in], &dy[y * groups * out], &result[tap * groups * in * out]);
    });
    store(kernel_view(output, groups, true), result, operation.alpha, operation.beta);
  }
}

}  // namespace laminet::emulated_cudnn
