// Cross-correlation, channels last, kernel [kh, kw, c / groups, o]. With `cell` the input cell under tap (kh, kw) of the output
// `position`, and i, o channels of one group:
//   conv2d:                  y[position, o] = sum over (kh, kw), i of x[cell, i] * kernel[kh, kw, i, o]
//   conv2d_backward_input:   dx[cell, i] = sum over (kh, kw, position), o of dy[position, o] * kernel[kh, kw, i, o]
//   conv2d_backward_kernel:  dkernel[kh, kw, i, o] = sum over images and positions of x[cell, i] * dy[position, o]
#include <algorithm>

#include "reference/call.h"
#include "reference/row.h"
#include "reference/window.h"

namespace laminet::reference {
namespace {

struct Problem {
  WindowGeometry geometry;
  int64_t images = 0, groups = 0;
  int64_t inputs = 0, outputs = 0;              // channels of x and of y
  int64_t group_inputs = 0, group_outputs = 0;  // channels of one group
  int64_t taps = 0, cells = 0, positions = 0;
};

Problem problem_of(const Instruction& instruction, const Shape& x, const Shape& kernel) {
  Problem p;
  p.geometry = conv_geometry(instruction, x, kernel);
  p.images = x[0];
  p.inputs = x[3];
  p.outputs = kernel[3];
  p.groups = static_cast<int64_t>(instruction.number("groups"));
  p.group_inputs = kernel[2];
  p.group_outputs = p.outputs / p.groups;
  p.taps = kernel[0] * kernel[1];
  p.cells = image_cells(p.geometry);
  p.positions = output_positions(p.geometry);
  return p;
}

using Sums = std::vector<double>;

Sums zeros(int64_t count) { return Sums(static_cast<size_t>(count), 0.0); }

template <typename T>
void conv2d(const Call& call) {
  const Problem p = problem_of(call.instruction(), call.operand_shape(0), call.operand_shape(1));
  const T *x = call.operand<T>(0), *kernel = call.operand<T>(1);
  T* y = call.result<T>();
  Sums sums = zeros(p.positions * p.outputs);  // of one image
  for (int64_t image = 0; image < p.images; ++image, x += p.cells * p.inputs, y += p.positions * p.outputs) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for_each_tap(p.geometry, [&](int64_t cell, int64_t position, int64_t tap) {
      const T* pixel = x + cell * p.inputs;
      for (int64_t group = 0; group < p.groups; ++group) {
        double* sum = sums.data() + position * p.outputs + group * p.group_outputs;
        const T* weights = kernel + tap * p.group_inputs * p.outputs + group * p.group_outputs;
        add_scaled_rows(sum, p.group_outputs, pixel + group * p.group_inputs, 1, weights, p.outputs, p.group_inputs);
      }
    });
    store_row(sums.data(), y, p.positions * p.outputs);
  }
}

// [kh, kw, i, o] to [kh, kw, o, i], so that the innermost loop of the gradient runs along i.
template <typename T>
std::vector<T> swap_channels(const T* kernel, const Problem& p) {
  std::vector<T> swapped(static_cast<size_t>(p.taps * p.group_inputs * p.outputs));
  for (int64_t tap = 0; tap < p.taps; ++tap) {
    T* target = swapped.data() + tap * p.group_inputs * p.outputs;
    for (int64_t i = 0; i < p.group_inputs; ++i) {
      for (int64_t o = 0; o < p.outputs; ++o) target[o * p.group_inputs + i] = *kernel++;
    }
  }
  return swapped;
}

template <typename T>
void conv2d_backward_input(const Call& call) {
  const Problem p = problem_of(call.instruction(), call.result_shape(), call.operand_shape(0));
  const std::vector<T> kernel = swap_channels(call.operand<T>(0), p);
  const T* dy = call.operand<T>(1);
  T* dx = call.result<T>();
  Sums sums = zeros(p.cells * p.inputs);  // of one image
  for (int64_t image = 0; image < p.images; ++image, dy += p.positions * p.outputs, dx += p.cells * p.inputs) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for_each_tap(p.geometry, [&](int64_t cell, int64_t position, int64_t tap) {
      for (int64_t group = 0; group < p.groups; ++group) {
        const T* pixel = dy + position * p.outputs + group * p.group_outputs;
        const T* weights = kernel.data() + (tap * p.outputs + group * p.group_outputs) * p.group_inputs;
        double* sum = sums.data() + cell * p.inputs + group * p.group_inputs;
        add_scaled_rows(sum, p.group_inputs, pixel, 1, weights, p.group_inputs, p.group_outputs);
      }
    });
    store_row(sums.data(), dx, p.cells * p.inputs);
  }
}

template <typename T>
void conv2d_backward_kernel(const Call& call) {
  const Problem p = problem_of(call.instruction(), call.operand_shape(0), call.result_shape());
  const T *x = call.operand<T>(0), *dy = call.operand<T>(1);
  const int64_t cell_step = p.geometry.columns.stride * p.inputs;
  Sums sums = zeros(p.taps * p.group_inputs * p.outputs);
  for (int64_t image = 0; image < p.images; ++image, x += p.cells * p.inputs, dy += p.positions * p.outputs) {
    for_each_run(p.geometry, [&](int64_t cell, int64_t position, int64_t tap, int64_t length) {
      for (int64_t channel = 0; channel < p.inputs; ++channel) {
        const int64_t first_output = channel / p.group_inputs * p.group_outputs, i = channel % p.group_inputs;
        double* sum = sums.data() + (tap * p.group_inputs + i) * p.outputs + first_output;
        const T* gradients = dy + position * p.outputs + first_output;
        add_scaled_rows(sum, p.group_outputs, x + cell * p.inputs + channel, cell_step, gradients, p.outputs, length);
      }
    });
  }
  store_row(sums.data(), call.result<T>(), static_cast<int64_t>(sums.size()));
}

void run_conv2d(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { conv2d<T>(call); });
}

void run_conv2d_backward_input(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { conv2d_backward_input<T>(call); });
}

void run_conv2d_backward_kernel(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { conv2d_backward_kernel<T>(call); });
}

const Registration forward_registration{"conv2d", run_conv2d};
const Registration input_registration{"conv2d_backward_input", run_conv2d_backward_input};
const Registration kernel_registration{"conv2d_backward_kernel", run_conv2d_backward_kernel};

}  // namespace
}  // namespace laminet::reference
