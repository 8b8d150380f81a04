// How rows and channels are divided among blocks in the launches of batch normalisation, and the choice of a kernel by types.
#pragma once

#include "cuda/kernels/float_types.h"
#include "cuda/kernels/launch.h"
#include "cuda/kernels/norm_rows.h"
#include "cuda/kernels/vectors.h"

namespace laminet::cuda {

inline constexpr int64_t kMostColumns = 64;    // of a block over images
inline constexpr int64_t kMostChannels = 8;    // of a block over parts: 32 bytes a row of floats
inline constexpr int64_t kThreadRows = 16;     // at least so many rows a thread where there is more than one part
inline constexpr int64_t kMostBlocks = 512;    // over images: enough to fill any GPU, few enough to combine quickly
inline constexpr int64_t kMostRowBlocks = 4096;
inline constexpr int64_t kCoefficients = 4;    // planes

inline int64_t quotient_up(int64_t x, int64_t y) { return (x + y - 1) / y; }

// Tiles of equal width.
inline Columns columns_of(int64_t rows, int64_t count, int64_t most) {
  Columns columns;
  columns.rows = rows;
  columns.count = count;
  columns.width = static_cast<int>(quotient_up(count, quotient_up(count, most)));
  columns.height = kColumnThreads / columns.width;
  for (columns.half = 1; columns.half * 2 < columns.height;) columns.half *= 2;
  return columns;
}

inline unsigned tiles(const Columns& columns) { return static_cast<unsigned>(quotient_up(columns.count, columns.width)); }

struct Parts {
  int64_t rows;   // of one part; the last may have fewer
  int64_t count;  // at least 1; only one part may be empty
};

inline Parts parts_of(const Columns& columns) {
  const int64_t most = std::max<int64_t>(kMostBlocks / tiles(columns), 1);
  const int64_t wanted = std::clamp<int64_t>(columns.rows / (columns.height * kThreadRows), 1, most);
  const int64_t rows = std::max<int64_t>(quotient_up(columns.rows, wanted), 1);
  return {rows, std::max<int64_t>(quotient_up(columns.rows, rows), 1)};
}

// An upper bound of parts_of(...).count.
inline int64_t most_parts(int64_t rows) { return std::clamp<int64_t>(rows / kThreadRows, 1, kMostBlocks); }

inline dim3 grid_over_parts(const Columns& columns, const Parts& parts) { return dim3(tiles(columns), static_cast<unsigned>(parts.count)); }

// For threads that take `rows` rows at once.
inline dim3 grid_over_rows(const Columns& columns, int rows) {
  const int64_t most = std::max<int64_t>(kMostRowBlocks / tiles(columns), 1);
  const int64_t rows_at_once = static_cast<int64_t>(columns.height) * rows;
  return dim3(tiles(columns), static_cast<unsigned>(std::clamp<int64_t>(quotient_up(columns.rows, rows_at_once), 1, most)));
}

// body.operator()<T, P>() for the types of a normalisation.
template <typename Body>
void with_types(const BatchNorm& norm, const Body& body) {
  with_float_type("batch_norm", norm.dtype, [&]<typename T>() {
    if constexpr (sizeof(T) == 2) {
      if (norm.parameters == DType::f32) return body.template operator()<T, float>();
    }
    body.template operator()<T, T>();
  });
}

}  // namespace laminet::cuda
