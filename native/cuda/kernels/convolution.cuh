// Direct convolutions: a thread makes one number of the result, neighbouring threads make neighbouring channels. With `cell` the input cell
// under tap (row_tap, column_tap) of an output position:
//   y[position, o]                  = sum over taps and i of x[cell, i] * kernel[tap, i, o]
//   dx[cell, i]                     = sum over taps whose position exists and o of dy[position, o] * kernel[tap, i, o]
//   dkernel[tap, i, o]              = sum over images and positions of x[cell, i] * dy[position, o]
#pragma once

#include "cuda/kernels/convolution_sizes.h"
#include "cuda/kernels/device.h"

namespace laminet::cuda {

template <typename T>
struct ConvolveArguments {
  ConvolutionSizes sizes;
  bool has_bias, rectified;
  Global<const T> x, kernel, bias;
  Global<T> y;
};

// Where element `index` of an image tensor lies.
struct ImagePlace {
  int64_t image;
  int row, column, channel;
};

__device__ inline ImagePlace image_place(int64_t index, int rows, int columns, int channels) {
  ImagePlace place;
  place.channel = static_cast<int>(index % channels);
  index /= channels;
  place.column = static_cast<int>(index % columns);
  index /= columns;
  place.row = static_cast<int>(index % rows);
  place.image = index / rows;
  return place;
}

__device__ inline int cell_of(const ConvolutionAxis& axis, int position, int tap) {
  return position * axis.stride - axis.before + tap * axis.dilation;
}

// The position whose tap `tap` reads `cell`; -1 when there is none.
__device__ inline int position_of(const ConvolutionAxis& axis, int cell, int tap) {
  const int distance = cell + axis.before - tap * axis.dilation;
  if (distance < 0 || distance % axis.stride != 0) return -1;
  const int position = distance / axis.stride;
  return position < axis.output ? position : -1;
}

template <typename T>
__global__ void convolve(ConvolveArguments<T> a) {
  const ConvolutionSizes& s = a.sizes;
  const int64_t count = s.images * s.rows.output * s.columns.output * s.outputs;
  for (int64_t index = global_thread(); index < count; index += global_threads()) {
    const ImagePlace at = image_place(index, s.rows.output, s.columns.output, s.outputs);
    const int first_input = at.channel / s.group_outputs * s.group_inputs;
    Accumulator<T> sum = 0;
    for (int row_tap = 0; row_tap < s.rows.taps; ++row_tap) {
      const int row = cell_of(s.rows, at.row, row_tap);
      if (row < 0 || row >= s.rows.input) continue;
      for (int column_tap = 0; column_tap < s.columns.taps; ++column_tap) {
        const int column = cell_of(s.columns, at.column, column_tap);
        if (column < 0 || column >= s.columns.input) continue;
        const int64_t x = ((at.image * s.rows.input + row) * s.columns.input + column) * s.inputs + first_input;
        const int64_t weight = static_cast<int64_t>(row_tap * s.columns.taps + column_tap) * s.group_inputs * s.outputs + at.channel;
        for (int i = 0; i < s.group_inputs; ++i) sum += widen(a.x[x + i]) * widen(a.kernel[weight + static_cast<int64_t>(i) * s.outputs]);
      }
    }
    if (a.has_bias) sum += widen(a.bias[at.channel]);
    if (a.rectified && sum < 0) sum = 0;
    a.y[index] = narrow<T>(sum);
  }
}

template <typename T>
struct ConvolveBackwardInputArguments {
  ConvolutionSizes sizes;
  Global<const T> turned, dy;  // `turned`: the kernel as [o, taps, i], in which neighbouring threads read neighbours
  Global<T> dx;
};

template <typename T>
__global__ void convolve_backward_input(ConvolveBackwardInputArguments<T> a) {
  const ConvolutionSizes& s = a.sizes;
  const int64_t count = s.images * s.rows.input * s.columns.input * s.inputs;
  const int64_t next_output = static_cast<int64_t>(s.rows.taps) * s.columns.taps * s.group_inputs;
  for (int64_t index = global_thread(); index < count; index += global_threads()) {
    const ImagePlace at = image_place(index, s.rows.input, s.columns.input, s.inputs);
    const int first_output = at.channel / s.group_inputs * s.group_outputs, input = at.channel % s.group_inputs;
    Accumulator<T> sum = 0;
    for (int row_tap = 0; row_tap < s.rows.taps; ++row_tap) {
      const int row = position_of(s.rows, at.row, row_tap);
      if (row < 0) continue;
      for (int column_tap = 0; column_tap < s.columns.taps; ++column_tap) {
        const int column = position_of(s.columns, at.column, column_tap);
        if (column < 0) continue;
        const int64_t dy = ((at.image * s.rows.output + row) * s.columns.output + column) * s.outputs + first_output;
        const int64_t weight = first_output * next_output + (row_tap * s.columns.taps + column_tap) * s.group_inputs + input;
        for (int o = 0; o < s.group_outputs; ++o) sum += widen(a.dy[dy + o]) * widen(a.turned[weight + o * next_output]);
      }
    }
    a.dx[index] = narrow<T>(sum);
  }
}

// The rows of all images are divided into parts, one for each y of the grid: parts[part][tap, i, o], which sum_kernel_parts adds up.
template <typename T>
struct ConvolveBackwardKernelArguments {
  ConvolutionSizes sizes;
  int64_t part_rows;  // of one part
  Global<const T> x, dy;
  Global<Accumulator<T>> parts;
};

template <typename T>
__global__ void convolve_backward_kernel(ConvolveBackwardKernelArguments<T> a) {
  const ConvolutionSizes& s = a.sizes;
  const int64_t weights = static_cast<int64_t>(s.rows.taps) * s.columns.taps * s.group_inputs * s.outputs;
  const int64_t first = blockIdx.y * a.part_rows, rows = s.images * s.rows.output;
  const int64_t end = first + a.part_rows < rows ? first + a.part_rows : rows;
  for (int64_t weight = global_thread(); weight < weights; weight += global_threads()) {
    const int output = static_cast<int>(weight % s.outputs);
    const int input = static_cast<int>(weight / s.outputs % s.group_inputs) + output / s.group_outputs * s.group_inputs;
    const int tap = static_cast<int>(weight / s.outputs / s.group_inputs);
    const int row_tap = tap / s.columns.taps, column_tap = tap % s.columns.taps;
    Accumulator<T> sum = 0;
    for (int64_t line = first; line < end; ++line) {
      const int row = cell_of(s.rows, static_cast<int>(line % s.rows.output), row_tap);
      if (row < 0 || row >= s.rows.input) continue;
      const int64_t x = (line / s.rows.output * s.rows.input + row) * s.columns.input * s.inputs + input;
      const int64_t dy = line * s.columns.output * s.outputs + output;
      for (int position = 0; position < s.columns.output; ++position) {
        const int column = cell_of(s.columns, position, column_tap);
        if (column < 0 || column >= s.columns.input) continue;
        sum += widen(a.x[x + static_cast<int64_t>(column) * s.inputs]) * widen(a.dy[dy + static_cast<int64_t>(position) * s.outputs]);
      }
    }
    a.parts[blockIdx.y * weights + weight] = sum;
  }
}

template <typename T>
struct SumKernelPartsArguments {
  int64_t weights, part_count;
  Global<const Accumulator<T>> parts;
  Global<T> dkernel;
};

template <typename T>
__global__ void sum_kernel_parts(SumKernelPartsArguments<T> a) {
  for (int64_t weight = global_thread(); weight < a.weights; weight += global_threads()) {
    Accumulator<T> sum = 0;
    for (int64_t part = 0; part < a.part_count; ++part) sum += a.parts[part * a.weights + weight];
    a.dkernel[weight] = narrow<T>(sum);
  }
}

LAMINET_KERNELS(convolve<float>, convolve<double>, convolve<__nv_bfloat16>, convolve<__half>)
LAMINET_KERNELS(convolve_backward_input<float>, convolve_backward_input<double>, convolve_backward_input<__nv_bfloat16>,
                convolve_backward_input<__half>)
LAMINET_KERNELS(convolve_backward_kernel<float>, convolve_backward_kernel<double>, convolve_backward_kernel<__nv_bfloat16>,
                convolve_backward_kernel<__half>)
LAMINET_KERNELS(sum_kernel_parts<float>, sum_kernel_parts<double>, sum_kernel_parts<__nv_bfloat16>, sum_kernel_parts<__half>)

}  // namespace laminet::cuda
