// The steps of a pointwise group that look at the index of an element: iota and random numbers.
#pragma once

#include "../runtime/pointwise_group.h"
#include "kernels/pointwise_tiles.h"

namespace laminet::cpu {

// The elements of a tile: plain index of its region's first element, the way to the others, and which of them.
struct TileElements {
  const TilePattern& logical;
  int64_t base;
  int64_t start;
  int64_t count;
};

void run_iota(const PointwiseStep& step, const TileElements& elements, void* result);

// `scratch` has random_scratch_bytes(longest tile).
void run_random(RandomFunction function, const PointwiseStep& step, const int32_t* state, const TileElements& elements, void* scratch,
                void* result);
size_t random_scratch_bytes(int64_t tile);

}  // namespace laminet::cpu
