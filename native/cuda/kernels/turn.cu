// Launches of turn.
#include "cuda/kernels/turn.cuh"

#include "cuda/kernels/launch.h"
#include "cuda/kernels/turn.h"

namespace laminet::cuda {

namespace {

template <typename T>
void turn_elements(const void* from, void* to, int64_t rows, int64_t columns, cudaStream_t stream) {
  constexpr int64_t kMostTiles = 1024;  // at once along the rows
  const auto tiles = [](int64_t count) { return (count + kTurnTile - 1) / kTurnTile; };
  const dim3 grid(static_cast<unsigned>(tiles(columns)), static_cast<unsigned>(std::min(tiles(rows), kMostTiles)));
  launch<TurnArguments<T>>("turn", turn<T>, grid, dim3(kTurnTile, kTurnLines), stream,
                           {rows, columns, Global<const T>(static_cast<const T*>(from)), Global<T>(static_cast<T*>(to))});
}

}  // namespace

void launch_turn(const void* from, void* to, int64_t rows, int64_t columns, size_t element_bytes, cudaStream_t stream) {
  if (rows == 0 || columns == 0) return;
  if (element_bytes == 2) return turn_elements<uint16_t>(from, to, rows, columns, stream);
  if (element_bytes == 4) return turn_elements<uint32_t>(from, to, rows, columns, stream);
  turn_elements<uint64_t>(from, to, rows, columns, stream);
}

}  // namespace laminet::cuda
