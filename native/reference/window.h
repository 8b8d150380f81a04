// The walk that convolutions and poolings share.
#pragma once

#include <algorithm>

#include "runtime/geometry.h"

namespace laminet::reference {

// The output positions of an axis whose tap `tap` reads a cell inside the input: [begin, end).
struct Positions {
  int64_t begin;
  int64_t end;
};

inline Positions positions_inside(const WindowAxis& axis, int64_t tap) {
  const int64_t shift = tap * axis.dilation - axis.before;  // the cell of position 0
  const int64_t begin = shift >= 0 ? 0 : (-shift + axis.stride - 1) / axis.stride;
  const int64_t end = shift >= axis.input ? 0 : (axis.input - 1 - shift) / axis.stride + 1;
  return {begin, std::min(end, axis.output)};
}

// Calls body(cell, position, tap, length) for every run of `length` positions of one output row whose tap reads inside the image;
// the cells under it lie columns.stride apart. Cells, positions and taps count in row-major order over the image, the output and
// the window. Each position meets its taps in ascending order.
template <typename Body>
void for_each_run(const WindowGeometry& geometry, const Body& body) {
  const auto& [rows, columns] = geometry;
  for (int64_t row = 0; row < rows.output; ++row) {
    for (int64_t row_tap = 0; row_tap < rows.window; ++row_tap) {
      const int64_t cell_row = row * rows.stride - rows.before + row_tap * rows.dilation;
      if (cell_row < 0 || cell_row >= rows.input) continue;
      for (int64_t column_tap = 0; column_tap < columns.window; ++column_tap) {
        const Positions inside = positions_inside(columns, column_tap);
        if (inside.begin >= inside.end) continue;
        const int64_t cell_column = inside.begin * columns.stride - columns.before + column_tap * columns.dilation;
        body(cell_row * columns.input + cell_column, row * columns.output + inside.begin, row_tap * columns.window + column_tap,
             inside.end - inside.begin);
      }
    }
  }
}

// Calls body(cell, position, tap) for every position of every run.
template <typename Body>
void for_each_tap(const WindowGeometry& geometry, const Body& body) {
  for_each_run(geometry, [&](int64_t cell, int64_t position, int64_t tap, int64_t length) {
    for (int64_t i = 0; i < length; ++i) body(cell + i * geometry.columns.stride, position + i, tap);
  });
}

inline int64_t image_cells(const WindowGeometry& geometry) { return geometry.rows.input * geometry.columns.input; }
inline int64_t output_positions(const WindowGeometry& geometry) { return geometry.rows.output * geometry.columns.output; }

}  // namespace laminet::reference
