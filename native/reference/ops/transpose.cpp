// transpose: result axis i is operand axis permutation[i].
#include "reference/call.h"
#include "reference/copy.h"

namespace laminet::reference {
namespace {

void run_transpose(const Call& call) {
  const Strides own = row_major_strides(call.operand_shape(0));
  Strides permuted;
  for (const int64_t axis : call.instruction().integers("permutation")) permuted.push_back(own[static_cast<size_t>(axis)]);
  dispatch_bits(call.result_type().dtype, [&]<typename T>() {
    copy_view(call.result_shape(), call.operand<T>(0), permuted, call.result<T>(), row_major_strides(call.result_shape()));
  });
}

const Registration registration{"transpose", run_transpose};

}  // namespace
}  // namespace laminet::reference
