#include "cuda/kernels/softmax.h"

#include <bit>

#include "cuda/kernels/float_types.h"
#include "cuda/kernels/launch.h"
#include "cuda/kernels/softmax.cuh"

namespace laminet::cuda {

void launch_softmax(const Softmax& softmax, const void* x, void* y, cudaStream_t stream) {
  with_float_type("softmax", softmax.dtype, [&]<typename T>() {
    SoftmaxArguments<T> arguments{reads<T>(x), writes<T>(y), softmax.rows, softmax.length, 32, softmax.logarithm};
    if (softmax.length > 32 * 32) {
      launch("softmax_long_rows", softmax_long_rows<T>, static_cast<unsigned>(softmax.rows), kSoftmaxThreads, stream, arguments);
      return;
    }
    if (softmax.length < 32) arguments.width = static_cast<int>(std::bit_ceil(static_cast<uint64_t>(softmax.length)));
    const int rows_of_block = kSoftmaxThreads / arguments.width;
    const auto kernel = softmax.length <= 32    ? softmax_short_rows<T, 1>
                        : softmax.length <= 128 ? softmax_short_rows<T, 4>
                                                : softmax_short_rows<T, 32>;
    const auto blocks = static_cast<unsigned>((softmax.rows + rows_of_block - 1) / rows_of_block);
    launch("softmax_short_rows", kernel, blocks, kSoftmaxThreads, stream, arguments);
  });
}

}  // namespace laminet::cuda
