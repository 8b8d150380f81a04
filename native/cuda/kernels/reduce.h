// Launching reductions.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "runtime/program.h"

namespace laminet::cuda {

enum class Reduction : uint8_t { sum, prod, max, min, arg_max, arg_min };

// What a pass does to a tensor [outer, reduced, inner]: it cuts the middle axis into chunks and reduces each, to [outer, chunks, inner].
struct ReduceSizes {
  int64_t outer = 1, reduced = 1, inner = 1;
  int64_t chunk = 1, chunks = 1;
  int width = 32;        // rows: threads that share a row. Columns: vectors of columns that a block covers.
  int height = 1;        // columns: threads that share a column
  bool rows = false;     // inner is 1 and neighbouring threads read neighbours of the reduced axis; else neighbours of the inner axis
  bool vectors = false;  // reads four elements at a time
  bool from_partials = false, to_partials = false;  // partial results instead of elements, instead of results
};

inline constexpr int kReduceThreads = 256;

// Bytes of one partial result.
size_t reduce_partial_bytes(Reduction reduction, DType dtype);

// `dtype` is that of the elements.
void launch_reduce(Reduction reduction, DType dtype, const ReduceSizes& sizes, const void* from, void* to, cudaStream_t stream);

}  // namespace laminet::cuda
