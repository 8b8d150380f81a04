// Launches of the direct convolutions.
#include "cuda/kernels/convolution.cuh"

#include <climits>

#include "cuda/kernels/convolution.h"
#include "cuda/kernels/float_types.h"
#include "cuda/kernels/launch.h"

namespace laminet::cuda {

namespace {

constexpr int64_t kWantedThreads = 1 << 18;  // enough to fill any GPU
constexpr int64_t kMostParts = 1024;

ConvolutionAxis axis_of(const WindowAxis& axis) {
  const auto number = [](int64_t value) { return static_cast<int>(value); };
  return {number(axis.input), number(axis.window), number(axis.stride), number(axis.dilation), number(axis.before), number(axis.output)};
}

ConvolutionSizes sizes_of(const Convolution& c) {
  const auto number = [](int64_t value) { return static_cast<int>(value); };
  return {axis_of(c.geometry.rows), axis_of(c.geometry.columns), c.images,           number(c.groups),
          number(c.channels),       number(c.outputs),           number(c.channels / c.groups), number(c.outputs / c.groups)};
}

int64_t weights_of(const Convolution& c) {
  return c.geometry.rows.window * c.geometry.columns.window * (c.channels / c.groups) * c.outputs;
}

struct Parts {
  int64_t rows, count;
};

Parts parts_of(const Convolution& c) {
  const int64_t rows = c.images * c.geometry.rows.output;
  const int64_t most = std::clamp<int64_t>(rows, 1, kMostParts);
  const int64_t wanted = std::clamp<int64_t>(kWantedThreads / std::max<int64_t>(weights_of(c), 1), 1, most);
  const int64_t part_rows = std::max<int64_t>((rows + wanted - 1) / wanted, 1);
  return {part_rows, std::max<int64_t>((rows + part_rows - 1) / part_rows, 1)};
}

bool fits(const WindowAxis& axis) {
  return axis.input + axis.before + axis.after <= INT_MAX / 2 && (axis.output + 1) * axis.stride + axis.extent() <= INT_MAX / 2;
}

}  // namespace

bool direct_convolution_supported(const Convolution& c) {
  return fits(c.geometry.rows) && fits(c.geometry.columns) && std::max(c.channels, c.outputs) <= INT_MAX &&
         c.geometry.rows.window * c.geometry.columns.window * std::max<int64_t>(c.channels / c.groups, 1) <= INT_MAX;
}

void launch_convolve(const Convolution& c, const void* x, const void* kernel, const void* bias, void* y, cudaStream_t stream) {
  const int64_t count = c.images * c.geometry.rows.output * c.geometry.columns.output * c.outputs;
  if (count == 0) return;
  with_float_type("convolve", c.dtype, [&]<typename T>() {
    launch<ConvolveArguments<T>>("convolve", convolve<T>, grid_for(count), kBlock, stream,
                                 {sizes_of(c), bias != nullptr, c.epilogue == Epilogue::bias_relu, reads<T>(x), reads<T>(kernel),
                                  reads<T>(bias), writes<T>(y)});
  });
}

void launch_convolve_backward_input(const Convolution& c, const void* turned, const void* dy, void* dx, cudaStream_t stream) {
  const int64_t count = c.images * c.geometry.rows.input * c.geometry.columns.input * c.channels;
  if (count == 0) return;
  with_float_type("convolve_backward_input", c.dtype, [&]<typename T>() {
    launch<ConvolveBackwardInputArguments<T>>("convolve_backward_input", convolve_backward_input<T>, grid_for(count), kBlock, stream,
                                              {sizes_of(c), reads<T>(turned), reads<T>(dy), writes<T>(dx)});
  });
}

size_t convolve_backward_kernel_scratch_bytes(const Convolution& c) {
  return static_cast<size_t>(parts_of(c).count * weights_of(c)) * (c.dtype == DType::f64 ? sizeof(double) : sizeof(float));
}

void launch_convolve_backward_kernel(const Convolution& c, const void* x, const void* dy, void* scratch, void* dkernel,
                                     cudaStream_t stream) {
  const int64_t weights = weights_of(c);
  if (weights == 0) return;
  const Parts parts = parts_of(c);
  with_float_type("convolve_backward_kernel", c.dtype, [&]<typename T>() {
    using A = Accumulator<T>;
    launch<ConvolveBackwardKernelArguments<T>>(
        "convolve_backward_kernel", convolve_backward_kernel<T>, dim3(grid_for(weights), static_cast<unsigned>(parts.count)), kBlock,
        stream, {sizes_of(c), parts.rows, reads<T>(x), reads<T>(dy), writes<A>(scratch)});
    launch<SumKernelPartsArguments<T>>("sum_kernel_parts", sum_kernel_parts<T>, grid_for(weights), kBlock, stream,
                                       {weights, parts.count, reads<A>(scratch), writes<T>(dkernel)});
  });
}

}  // namespace laminet::cuda
