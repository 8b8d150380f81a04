// How the threads of a block lie over a matrix of rows and channels when each of them keeps its channels and walks down the rows, and sums
// over the threads that have the same channels.
#pragma once

#include "cuda/kernels/device.h"

namespace laminet::cuda {

// A block is `width` columns wide and `height` rows high; a column is one vector of neighbouring channels. Neighbouring threads read
// neighbouring memory for any number of channels: where one tile covers them all, across the ends of rows too.
struct Columns {
  int64_t rows = 0;
  int64_t count = 0;   // of columns
  int width = 1;
  int height = 1;
  int half = 0;        // where sums over the height begin: half of the next power of two
};

// The place of a thread.
struct ColumnPlace {
  int64_t column;
  int row;
  bool active;  // false for threads beyond the last column, and for those that fill no row
};

__device__ inline ColumnPlace column_place(const Columns& columns) {
  const int thread = static_cast<int>(threadIdx.x);
  const int row = thread / columns.width;
  const int64_t column = static_cast<int64_t>(blockIdx.x) * columns.width + (thread - row * columns.width);
  return {column, row, row < columns.height && column < columns.count};
}

// Every values[i] becomes its sum over the threads of the same column, added in a fixed order. All threads of the block call it, those that
// are not active too. `shared` holds N numbers a thread.
template <int N, typename A, typename Shared>
__device__ void sum_over_rows(const Columns& columns, const ColumnPlace& place, A (&values)[N], Shared& shared) {
  const int thread = static_cast<int>(threadIdx.x), threads = static_cast<int>(blockDim.x);
  for (int i = 0; i < N; ++i) shared[i * threads + thread] = values[i];
  for (int half = columns.half; half > 0; half /= 2) {
    __syncthreads();
    if (place.row < half && place.row + half < columns.height) {
      for (int i = 0; i < N; ++i) shared[i * threads + thread] += shared[i * threads + thread + half * columns.width];
    }
  }
  __syncthreads();
  const int first = thread % columns.width;
  for (int i = 0; i < N; ++i) values[i] = shared[i * threads + first];
  __syncthreads();
}

}  // namespace laminet::cuda
