// slice: result[i] = x[begin + i * strides], axis by axis.
#include "reference/call.h"
#include "reference/copy.h"

namespace laminet::reference {
namespace {

void run_slice(const Call& call) {
  const auto& begin = call.instruction().integers("begin");
  const auto& steps = call.instruction().integers("strides");
  if (element_count(call.result_shape()) == 0) return;
  Strides strides = row_major_strides(call.operand_shape(0));
  int64_t start = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    start += begin[axis] * strides[axis];
    strides[axis] *= steps[axis];
  }
  dispatch_bits(call.result_type().dtype, [&]<typename T>() {
    copy_view(call.result_shape(), call.operand<T>(0) + start, strides, call.result<T>(), row_major_strides(call.result_shape()));
  });
}

const Registration registration{"slice", run_slice};

}  // namespace
}  // namespace laminet::reference
