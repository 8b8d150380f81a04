// reverse: reads the listed axes from their end.
#include "reference/call.h"
#include "reference/copy.h"

namespace laminet::reference {
namespace {

void run_reverse(const Call& call) {
  const Shape& shape = call.operand_shape(0);
  if (element_count(shape) == 0) return;
  Strides strides = row_major_strides(shape);
  int64_t start = 0;
  for (const int64_t listed : call.instruction().integers("axes")) {
    const auto axis = static_cast<size_t>(listed);
    start += (shape[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  dispatch_bits(call.result_type().dtype, [&]<typename T>() {
    copy_view(shape, call.operand<T>(0) + start, strides, call.result<T>(), row_major_strides(shape));
  });
}

const Registration registration{"reverse", run_reverse};

}  // namespace
}  // namespace laminet::reference
