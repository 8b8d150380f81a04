#include "pointwise_access.h"

#include <algorithm>

namespace laminet::cuda {
namespace {

constexpr int64_t kQuad = 4;  // lanes that a thread reads at a time, from a multiple of their number on (two of them for float64)

// Neighbouring axes that the operand walks as one: (index / divisor) % extent * stride.
struct Walk {
  int64_t divisor, extent, stride;
};

// From the innermost axis outward; axes that the operand repeats are left out.
std::vector<Walk> walks_of(const Shape& operand, const Shape& group) {
  std::vector<Walk> walks;
  int64_t divisor = 1, stride = 1;
  for (size_t k = 1; k <= group.size(); ++k) {
    const int64_t extent = group[group.size() - k], own = k <= operand.size() ? operand[operand.size() - k] : 1;
    if (own > 1) {
      const bool joins = !walks.empty() && walks.back().divisor * walks.back().extent == divisor;
      if (joins) walks.back().extent *= extent;
      else walks.push_back({divisor, extent, stride});
    }
    divisor *= extent;
    stride *= own;
  }
  return walks;
}

}  // namespace

PointwiseTerm axis_term(int64_t stride, int64_t extent) {
  PointwiseTerm term;
  term.divisor = WideDivider(stride);
  term.extent_divider = WideDivider(extent);
  term.extent = extent;
  return term;
}

PointwiseAccess access_of(const Shape& operand, const Shape& group) {
  using Access = PointwiseOperand::Access;
  const std::vector<Walk> walks = walks_of(operand, group);
  const int64_t count = element_count(group);
  if (element_count(operand) == count && count > 1) return {Access::dense, {}};
  PointwiseAccess result;
  for (const Walk& walk : walks) {
    PointwiseTerm term = axis_term(walk.divisor, walk.extent);
    if (walk.divisor * walk.extent == count) term.extent = 0;
    term.stride = walk.stride;
    result.terms.push_back(term);
  }
  const bool runs = !walks.empty() && walks.front().divisor == 1;
  const auto is_whole = [](const Walk& walk) { return walk.divisor % kQuad == 0; };
  const bool outer_whole = std::all_of(walks.begin() + (runs ? 1 : 0), walks.end(), is_whole);
  if (!outer_whole || (runs && walks.front().extent % kQuad != 0)) result.access = Access::scattered;
  else result.access = runs ? Access::run : Access::repeat;
  return result;
}

}  // namespace laminet::cuda
