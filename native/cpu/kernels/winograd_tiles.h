// The tiles of an image: cells of the result and the cells of the source that they need, two more along each axis. Tiles that reach over
// the border see zeros there.
#pragma once

#include "winograd.h"
#include "winograd_transform.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace LAMINET_WINOGRAD {

LAMINET_INLINE int64_t tiles_along(int64_t output) { return (output + kTile - 1) / kTile; }

// Walks over the tiles of all images, from number `first` on.
class TileWalk {
 public:
  TileWalk(const WinogradShape& shape, int64_t first) : rows_(tiles_along(shape.rows.output)), columns_(tiles_along(shape.columns.output)) {
    image = first / (rows_ * columns_);
    row_ = first / columns_ % rows_;
    column_ = first % columns_;
  }
  void next() {
    if (++column_ < columns_) return;
    column_ = 0;
    if (++row_ < rows_) return;
    row_ = 0;
    ++image;
  }
  int64_t image;
  // The first cell of the result.
  int64_t row() const { return row_ * kTile; }
  int64_t column() const { return column_ * kTile; }

 private:
  int64_t rows_, columns_, row_, column_;
};

// kSize x kSize cells of a plane of rows x columns, from (row, column) on, which may lie outside.
template <int kSize>
LAMINET_INLINE void load_cells(const float* plane, int64_t rows, int64_t columns, int64_t row, int64_t column,
                               Vector (&cells)[kSize][kSize]) {
  if (row >= 0 && column >= 0 && row + kSize <= rows && column + kSize <= columns) {
    for (int i = 0; i < kSize; ++i)
      for (int j = 0; j < kSize; ++j) cells[i][j] = load(plane + ((row + i) * columns + column + j) * kBlock);
    return;
  }
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) {
      const bool inside = row + i >= 0 && row + i < rows && column + j >= 0 && column + j < columns;
      cells[i][j] = inside ? load(plane + ((row + i) * columns + column + j) * kBlock) : Vector{};
    }
}

// Along the columns, then along the rows: `along(const Vector (&)[kFrom], Vector (&)[kTo])`. Calls give(place, vector), row by row.
template <int kFrom, int kTo, typename Along, typename Give>
LAMINET_INLINE void transform(const Vector (&cells)[kFrom][kFrom], const Along& along, const Give& give) {
  Vector half[kTo][kFrom];
  for (int j = 0; j < kFrom; ++j) {
    Vector column[kFrom], there[kTo];
    for (int i = 0; i < kFrom; ++i) column[i] = cells[i][j];
    along(column, there);
    for (int i = 0; i < kTo; ++i) half[i][j] = there[i];
  }
  for (int i = 0; i < kTo; ++i) {
    Vector there[kTo];
    along(half[i], there);
    for (int j = 0; j < kTo; ++j) give(i * kTo + j, there[j]);
  }
}

// The tile's cells of one of the `blocks` blocks of the source's channels, at the points.
template <typename Give>
LAMINET_INLINE void transform_cells(const WinogradShape& shape, const float* x, int64_t blocks, int64_t block, const TileWalk& walk,
                                    const Give& give) {
  const int64_t rows = shape.rows.input, columns = shape.columns.input;
  Vector cells[kCells][kCells];
  load_cells(x + (walk.image * blocks + block) * rows * columns * kBlock, rows, columns, walk.row() - shape.rows.before,
             walk.column() - shape.columns.before, cells);
  transform<kCells, kCells>(cells, [](const auto& d, auto& t) { source_points(d, t); }, give);
}

// winograd_gradient.cpp
size_t backward_weights_scratch(const WinogradShape& shape);
void backward_weights(const WinogradShape& shape, const float* x, const float* dy, float* dweights, float* dbias, void* scratch);

}  // namespace LAMINET_WINOGRAD
}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
