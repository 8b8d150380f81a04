// Launches of gather and scatter_add.
#include "cuda/kernels/gather.cuh"

#include "cuda/kernels/boxes.h"
#include "cuda/kernels/float_types.h"
#include "cuda/kernels/gather.h"
#include "cuda/kernels/launch.h"
#include "cuda/kernels/vectors.h"

namespace laminet::cuda {

namespace {

template <typename T, int V>
void scatter(const Gather& gather, const int32_t* indices, const void* updates, void* y, cudaStream_t stream) {
  const int64_t chunks = (gather.inner + kWarpThreads * V - 1) / (kWarpThreads * V), tasks = gather.outer * gather.size * chunks;
  launch<ScatterArguments<T>>("scatter_add", scatter_add_rows<T, V>, grid_for(tasks, kBlock / kWarpThreads), kBlock, stream,
                              {tasks, gather.size, gather.inner, gather.picked, chunks, Global<const int32_t>(indices),
                               reads<T>(updates), writes<T>(y)});
}

}  // namespace

bool gather_supported(const Gather& gather) { return gather.inner * static_cast<int64_t>(dtype_bytes(gather.dtype)) <= kMostIndices; }

void launch_gather(const Gather& gather, const void* x, const int32_t* indices, void* y, cudaStream_t stream) {
  const auto row = gather.inner * static_cast<int64_t>(dtype_bytes(gather.dtype));
  if (gather.size == 0) {
    const auto bytes = static_cast<size_t>(gather.outer * gather.picked * row);
    if (bytes > 0) LAMINET_CUDA(cudaMemsetAsync(y, 0, bytes, stream));
    return;
  }
  const int64_t word = common_word(common_word(common_word(kMostWordBytes, x), y), row), inner = row / word;
  with_word(word, [&]<typename Word>() {
    if (inner == 0) return;
    const std::vector<int64_t> rows{gather.outer, gather.picked};
    for_each_box(rows, kMostIndices / inner, [&](const std::vector<int64_t>& first, const std::vector<int64_t>& size) {
      const int64_t count = size[0] * size[1] * inner;
      const Word* from = static_cast<const Word*>(x) + first[0] * gather.size * inner;
      Word* to = static_cast<Word*>(y) + (first[0] * gather.picked + first[1]) * inner;
      launch<GatherArguments<Word>>("gather", gather_words<Word>, grid_for(count), kBlock, stream,
                                    {static_cast<uint32_t>(count), Divider(inner), Divider(size[1]), gather.size,
                                     Global<const int32_t>(indices + first[1]), Global<const Word>(from), Global<Word>(to)});
    });
  });
}

void launch_scatter_add(const Gather& gather, const int32_t* indices, const void* updates, void* y, cudaStream_t stream) {
  if (gather.outer * gather.size * gather.inner == 0) return;
  with_float_type("scatter_add", gather.dtype, [&]<typename T>() {
    if (moves_vectors<T>(gather.inner, {updates, y})) {
      scatter<T, kVector<T>>(gather, indices, updates, y, stream);
    } else {
      scatter<T, 1>(gather, indices, updates, y, stream);
    }
  });
}

}  // namespace laminet::cuda
