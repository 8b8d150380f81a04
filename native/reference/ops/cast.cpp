// cast: any type to any (math::convert), broadcast to the result's shape. Booleans are bytes in memory; as a target they are
// `bool`, so that they become 0 or 1.
#include "reference/call.h"
#include "reference/strides.h"
#include "runtime/pointwise_math.h"

namespace laminet::reference {
namespace {

template <typename From, typename To, typename Stored = To>
void cast_all(const Call& call) {
  const Shape& shape = call.result_shape();
  const Strides strides = broadcast_strides(call.operand_shape(0), shape);
  const From* x = call.operand<From>(0);
  Stored* y = call.result<Stored>();
  for_each_row<1>(shape, {&strides}, [&](const std::array<int64_t, 1>& offsets) {
    const From* row = x + offsets[0];
    for (int64_t i = 0; i < row_length(shape); ++i) *y++ = static_cast<Stored>(math::convert<To>(row[i * row_stride(strides)]));
  });
}

template <typename From>
void cast_from(const Call& call) {
  if (call.result_type().dtype == DType::boolean) return cast_all<From, bool, uint8_t>(call);
  dispatch_number(call, call.result_type().dtype, [&]<typename To>() { cast_all<From, To>(call); });
}

void run_cast(const Call& call) {
  if (call.operand_type(0).dtype == DType::boolean) return cast_from<uint8_t>(call);
  dispatch_number(call, call.operand_type(0).dtype, [&]<typename From>() { cast_from<From>(call); });
}

const Registration registration{"cast", run_cast};

}  // namespace
}  // namespace laminet::reference
