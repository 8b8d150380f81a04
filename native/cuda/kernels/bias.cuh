// Bias and rectifier in place, V neighbouring channels a thread.
#pragma once

#include "cuda/kernels/device.h"

namespace laminet::cuda {

template <typename T>
struct BiasArguments {
  int64_t count;  // elements
  int64_t channels;
  bool rectified;
  Global<const T> bias;
  Global<T> y;
};

template <typename T, int V>
__global__ void add_bias(BiasArguments<T> a) {
  for (int64_t index = global_thread() * V; index < a.count; index += global_threads() * V) {
    Vector<T, V> numbers = a.y.template load<V>(index);
    const Vector<T, V> bias = a.bias.template load<V>(index % a.channels);
    for (int lane = 0; lane < V; ++lane) {
      Accumulator<T> sum = widen(numbers.lane[lane]) + widen(bias.lane[lane]);
      if (a.rectified && sum < 0) sum = 0;
      numbers.lane[lane] = narrow<T>(sum);
    }
    a.y.template store<V>(index, numbers);
  }
}

LAMINET_KERNELS(add_bias<float, 1>, add_bias<double, 1>, add_bias<__nv_bfloat16, 1>, add_bias<__half, 1>)
LAMINET_KERNELS(add_bias<float, 4>, add_bias<double, 2>, add_bias<__nv_bfloat16, 8>, add_bias<__half, 8>)

}  // namespace laminet::cuda
