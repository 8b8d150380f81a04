// The transpose of a matrix through tiles in shared memory, so that reads and writes both run along rows. A tile's rows are one element
// longer than a warp, so that the threads that read a column meet different banks.
#pragma once

#include "cuda/kernels/device.h"

namespace laminet::cuda {

inline constexpr int kTurnTile = 32;
inline constexpr int kTurnLines = 8;  // rows of threads in a block

template <typename T>
struct TurnArguments {
  int64_t rows, columns;
  Global<const T> from;
  Global<T> to;
};

// A block moves tiles along y of the grid.
template <typename T>
__global__ void turn(TurnArguments<T> a) {
  LAMINET_SHARED(T, tile, kTurnTile * (kTurnTile + 1));
  const int64_t first_column = static_cast<int64_t>(blockIdx.x) * kTurnTile;
  const int64_t step = static_cast<int64_t>(gridDim.y) * kTurnTile;
  for (int64_t first_row = static_cast<int64_t>(blockIdx.y) * kTurnTile; first_row < a.rows; first_row += step) {
    for (int line = threadIdx.y; line < kTurnTile; line += kTurnLines) {
      const int64_t row = first_row + line, column = first_column + threadIdx.x;
      if (row < a.rows && column < a.columns) tile[line * (kTurnTile + 1) + threadIdx.x] = a.from[row * a.columns + column];
    }
    __syncthreads();
    for (int line = threadIdx.y; line < kTurnTile; line += kTurnLines) {
      const int64_t row = first_row + threadIdx.x, column = first_column + line;
      if (row < a.rows && column < a.columns) a.to[column * a.rows + row] = tile[threadIdx.x * (kTurnTile + 1) + line];
    }
    __syncthreads();
  }
}

// Elements are moved, not computed with: their size is all that counts.
LAMINET_KERNELS(turn<uint16_t>, turn<uint32_t>, turn<uint64_t>)

}  // namespace laminet::cuda
