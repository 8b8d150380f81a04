// Launches of add_bias.
#include "cuda/kernels/bias.cuh"

#include "cuda/kernels/bias.h"
#include "cuda/kernels/float_types.h"
#include "cuda/kernels/launch.h"

namespace laminet::cuda {

void launch_bias(DType dtype, void* y, const void* bias, bool rectified, int64_t rows, int64_t channels, cudaStream_t stream) {
  const int64_t count = rows * channels;
  if (count == 0) return;
  with_float_type("add_bias", dtype, [&]<typename T>() {
    constexpr int kVector = 16 / static_cast<int>(sizeof(T));
    const bool aligned = channels % kVector == 0 && (reinterpret_cast<uintptr_t>(y) | reinterpret_cast<uintptr_t>(bias)) % 16 == 0;
    const BiasArguments<T> arguments{count, channels, rectified, reads<T>(bias), writes<T>(y)};
    if (aligned) launch("add_bias", add_bias<T, kVector>, grid_for(count / kVector), kBlock, stream, arguments);
    else launch("add_bias", add_bias<T, 1>, grid_for(count), kBlock, stream, arguments);
  });
}

}  // namespace laminet::cuda
