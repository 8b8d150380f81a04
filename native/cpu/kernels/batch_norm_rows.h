// Batch norm sees every layout as rows of `lanes` floats, a multiple of 16, lane l belonging to channel l % (channels of a row): blocked
// layouts have one row a pixel and channel block, channels last as many pixels a row as it takes. Threads share out rows.
#pragma once

#include <cstdint>

#include "batch_norm.h"
#include "vectors.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

inline constexpr int kMostVectors = kNativeLanes == 16 ? 4 : 2;  // side by side, in registers

// kVectors vectors of kLanes floats that lie side by side in memory.
template <int kLanes, int kVectors>
struct Panel {
  using Vector = typename VectorOf<kLanes>::type;
  static constexpr int kWidth = kLanes * kVectors;
  static constexpr int kCount = kVectors;
  Vector v[kVectors];

  static Panel load(const float* memory) {
    Panel panel;
    std::memcpy(&panel, memory, sizeof panel);
    return panel;
  }
  void store(float* memory) const { std::memcpy(memory, this, sizeof *this); }
};

// A run of rows of one panel: `rows` times `stride` floats apart, starting at `offset`; its first lane is number `lane`.
struct Run {
  int64_t offset, rows, stride, lane;
};

struct RowGeometry {
  int64_t lanes;     // all lanes that have sums of their own
  int64_t copies;    // lanes of one channel: lane = copy * channels + channel
  int64_t rows;      // of all blocks together
  int64_t tail;      // floats after the last whole row (channels last)
  int64_t spatial;   // rows of a block of one image
  int64_t blocks;    // of an image; 1 for channels last
  int64_t width;     // floats of a row
};

static inline RowGeometry row_geometry(const BatchNormShape& shape) {
  RowGeometry geometry{};
  if (shape.block > 0) {
    geometry.blocks = (shape.channels + shape.block - 1) / shape.block;
    geometry.width = shape.block;
    geometry.lanes = geometry.blocks * shape.block;
    geometry.copies = 1;
    geometry.spatial = shape.spatial;
    geometry.rows = shape.batch * geometry.blocks * shape.spatial;
    return geometry;
  }
  geometry.blocks = 1;
  geometry.copies = 1;
  while (geometry.copies * shape.channels % 16 != 0) geometry.copies *= 2;
  geometry.width = geometry.lanes = geometry.copies * shape.channels;
  const int64_t pixels = shape.batch * shape.spatial;
  geometry.rows = geometry.spatial = pixels / geometry.copies;
  geometry.tail = pixels % geometry.copies * shape.channels;
  return geometry;
}

// Floats that a run goes over between two visits of the same sums: they stay in the first-level cache.
inline constexpr int64_t kRunFloats = 4096;

// Calls body.template operator()<Panel>(run) for the panels of `row`.
template <int kLanes, typename Body>
void for_each_panel(const Run& row, int64_t width, const Body& body) {
  int64_t lane = 0;
  if constexpr (kMostVectors >= 4) {
    for (; lane + 4 * kLanes <= width; lane += 4 * kLanes) {
      body.template operator()<Panel<kLanes, 4>>(Run{row.offset + lane, row.rows, row.stride, row.lane + lane});
    }
  }
  for (; lane + 2 * kLanes <= width; lane += 2 * kLanes) {
    body.template operator()<Panel<kLanes, 2>>(Run{row.offset + lane, row.rows, row.stride, row.lane + lane});
  }
  for (; lane < width; lane += kLanes) {
    body.template operator()<Panel<kLanes, 1>>(Run{row.offset + lane, row.rows, row.stride, row.lane + lane});
  }
}

// The same for rows begin ... end - 1, from the last to the first when `reverse`: a second pass meets in the cache what the first left.
template <typename Body>
void for_each_run(const RowGeometry& geometry, int64_t begin, int64_t end, bool reverse, const Body& body) {
  const int64_t most = kRunFloats / geometry.width, longest = most < 8 ? 8 : most;
  int64_t row = reverse ? end : begin;
  while (reverse ? row > begin : row < end) {
    const int64_t plane = (reverse ? row - 1 : row) / geometry.spatial, plane_begin = plane * geometry.spatial;
    int64_t first = row, last = row;
    if (reverse) {
      first = row - longest > begin ? row - longest : begin;
      first = first > plane_begin ? first : plane_begin;
    } else {
      last = row + longest < end ? row + longest : end;
      last = last < plane_begin + geometry.spatial ? last : plane_begin + geometry.spatial;
    }
    const Run run{first * geometry.width, last - first, geometry.width, plane % geometry.blocks * geometry.width};
    if constexpr (kNativeLanes > 8) {
      if (geometry.width == 8) {
        for_each_panel<8>(run, geometry.width, body);
        row = reverse ? first : last;
        continue;
      }
    }
    for_each_panel<kNativeLanes>(run, geometry.width, body);
    row = reverse ? first : last;
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
