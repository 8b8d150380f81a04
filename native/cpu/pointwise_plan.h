// How a pointwise group walks memory: outer axes, and an inner region that is cut into tiles.
#pragma once

#include <vector>

#include "kernels/pointwise_tiles.h"
#include "pointwise_kernel.h"

namespace laminet::cpu {

// One operand's (or the plain index's) way through the nest.
struct TileAccess {
  size_t bytes = 0;                    // of an element
  bool dense = false;                  // the inner region is contiguous: read in place
  bool repeats = false;                // not dense, and every tile of one outer index reads the same
  TilePattern inner;
  std::vector<int64_t> outer_strides;
  int64_t outer_offset(const std::vector<int64_t>& outer_extents, int64_t outer) const;
};

struct TileNest {
  int64_t inner = 1;                   // elements of the inner region
  int64_t outer = 1;                   // how many of them
  int64_t tile = 1;                    // elements of a tile; the last of a region may be shorter
  std::vector<int64_t> outer_extents;
  std::vector<TileAccess> operands;
  TileAccess logical;                  // the index in plain order
  int64_t elements() const { return inner * outer; }
  int64_t tiles_per_region() const { return (inner + tile - 1) / tile; }
};

// `lane_bytes`: what one lane of all registers takes in the first-level cache.
TileNest plan_tiles(const IterationSpace& space, const std::vector<size_t>& operand_bytes, size_t lane_bytes);

}  // namespace laminet::cpu
