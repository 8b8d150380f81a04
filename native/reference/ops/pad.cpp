// pad: `interior` cells between neighbours first, then `before` and `after` the axis; negative ones crop what is there by then.
// Every new cell holds `value`.
#include <algorithm>

#include "reference/call.h"
#include "reference/copy.h"
#include "runtime/pointwise_math.h"

namespace laminet::reference {
namespace {

// The operand's cells that survive the crops, and where they land.
struct Placement {
  Shape box;
  Strides source_strides, target_strides;
  int64_t source_start = 0, target_start = 0;
};

Placement place(const Call& call) {
  const auto& before = call.instruction().integers("before");
  const auto& interior = call.instruction().integers("interior");
  const Shape &operand = call.operand_shape(0), &result = call.result_shape();
  Placement placement{.box = operand, .source_strides = row_major_strides(operand), .target_strides = row_major_strides(result)};
  for (size_t axis = 0; axis < operand.size(); ++axis) {
    const int64_t step = interior[axis] + 1;  // cell i lands at before + i * step
    const int64_t first = before[axis] >= 0 ? 0 : (-before[axis] + step - 1) / step;
    const int64_t reach = result[axis] - 1 - before[axis];
    const int64_t last = std::min(operand[axis] - 1, reach < 0 ? -1 : reach / step);
    placement.box[axis] = std::max<int64_t>(last - first + 1, 0);
    placement.source_start += first * placement.source_strides[axis];
    placement.target_start += (before[axis] + first * step) * placement.target_strides[axis];
    placement.target_strides[axis] *= step;
  }
  return placement;
}

template <typename T>
void pad(const Call& call, T value) {
  T* y = call.result<T>();
  std::fill_n(y, element_count(call.result_shape()), value);
  const Placement to = place(call);
  if (element_count(to.box) == 0) return;
  copy_view(to.box, call.operand<T>(0) + to.source_start, to.source_strides, y + to.target_start, to.target_strides);
}

void run_pad(const Call& call) {
  const double value = call.instruction().number("value");
  if (call.result_type().dtype == DType::boolean) return pad<uint8_t>(call, value != 0);
  dispatch_number(call, call.result_type().dtype, [&]<typename T>() { pad<T>(call, math::convert<T>(value)); });
}

const Registration registration{"pad", run_pad};

}  // namespace
}  // namespace laminet::reference
