#include "pointwise_plan.h"

#include <algorithm>
#include <numeric>

namespace laminet::cpu {
namespace {

constexpr int64_t kCacheBytes = 24 * 1024;  // of registers: half to three quarters of a first-level cache
constexpr int64_t kShortestTile = 128, kLongestTile = 1024;
constexpr int64_t kSmallRegion = 256;       // an inner region of fewer elements takes in the next axis

// Strides of all operands along one axis, the plain index last.
struct Axis {
  int64_t extent;
  std::vector<int64_t> strides;
};

// Axes of one element vanish; neighbours that every operand walks as one become one.
std::vector<Axis> collapse(const IterationSpace& space) {
  std::vector<Axis> axes;
  for (size_t k = 0; k < space.extents.size(); ++k) {
    if (space.extents[k] == 1) continue;
    Axis axis{space.extents[k], {}};
    for (const std::vector<int64_t>& strides : space.operand_strides) axis.strides.push_back(strides[k]);
    axis.strides.push_back(space.logical_strides[k]);
    if (!axes.empty()) {
      const Axis& previous = axes.back();
      bool joined = true;
      for (size_t i = 0; i < axis.strides.size(); ++i) joined = joined && previous.strides[i] == axis.strides[i] * axis.extent;
      if (joined) {
        axis.extent *= previous.extent;
        axes.pop_back();
      }
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

size_t first_inner_axis(const std::vector<Axis>& axes) {
  size_t first = axes.size();
  int64_t elements = 1;
  while (first > 0 && axes.size() - first < TilePattern::kRank && elements < kSmallRegion) elements *= axes[--first].extent;
  return first;
}

TileAccess access(const std::vector<Axis>& axes, size_t first_inner, size_t operand, size_t bytes) {
  TileAccess access;
  access.bytes = bytes;
  access.dense = true;
  int64_t contiguous = 1;
  for (size_t k = axes.size(); k-- > first_inner;) {
    access.dense = access.dense && axes[k].strides[operand] == contiguous;
    contiguous *= axes[k].extent;
  }
  for (size_t k = 0; k < first_inner; ++k) access.outer_strides.push_back(axes[k].strides[operand]);
  for (size_t k = first_inner; k < axes.size(); ++k) {
    access.inner.extents[access.inner.rank] = axes[k].extent;
    access.inner.strides[access.inner.rank++] = axes[k].strides[operand];
  }
  if (access.inner.rank == 0) access.inner.extents[access.inner.rank++] = 1;
  return access;
}

// Elements after which the pattern starts again: those below the outermost axes of stride 0.
int64_t period(const TilePattern& pattern) {
  int axis = 0;
  while (axis < pattern.rank && pattern.strides[axis] == 0) ++axis;
  int64_t elements = 1;
  for (; axis < pattern.rank; ++axis) elements *= pattern.extents[axis];
  return elements;
}

}  // namespace

int64_t TileAccess::outer_offset(const std::vector<int64_t>& outer_extents, int64_t outer) const {
  int64_t offset = 0;
  for (size_t k = outer_extents.size(); k-- > 0;) {
    offset += outer % outer_extents[k] * outer_strides[k];
    outer /= outer_extents[k];
  }
  return offset;
}

TileNest plan_tiles(const IterationSpace& space, const std::vector<size_t>& operand_bytes, size_t lane_bytes) {
  const std::vector<Axis> axes = collapse(space);
  const size_t first_inner = first_inner_axis(axes);
  TileNest nest;
  for (size_t k = 0; k < axes.size(); ++k) {
    (k < first_inner ? nest.outer : nest.inner) *= axes[k].extent;
    if (k < first_inner) nest.outer_extents.push_back(axes[k].extent);
  }
  for (size_t i = 0; i < operand_bytes.size(); ++i) nest.operands.push_back(access(axes, first_inner, i, operand_bytes[i]));
  nest.logical = access(axes, first_inner, operand_bytes.size(), sizeof(int64_t));

  const int64_t longest = std::clamp(kCacheBytes / static_cast<int64_t>(std::max<size_t>(lane_bytes, 1)), kShortestTile, kLongestTile);
  int64_t unit = 1;  // periods are products of last axes, so they divide one another: the longest that fits serves all
  for (const TileAccess& operand : nest.operands) {
    const int64_t elements = period(operand.inner);
    if (!operand.dense && elements <= longest) unit = std::max(unit, elements);
  }
  const int64_t vector = unit < longest / 16 ? std::lcm(unit, int64_t{16}) : unit;
  nest.tile = std::min(nest.inner, longest / vector * vector);
  for (TileAccess& operand : nest.operands) {
    operand.repeats = !operand.dense && (nest.tile == nest.inner || nest.tile % period(operand.inner) == 0);
  }
  return nest;
}

}  // namespace laminet::cpu
