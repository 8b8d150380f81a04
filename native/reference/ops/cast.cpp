// cast: any type to any (math::convert). Booleans are bytes in memory; as a target they are `bool`, so that they become 0 or 1.
#include <algorithm>

#include "reference/call.h"
#include "runtime/pointwise_math.h"

namespace laminet::reference {
namespace {

template <typename From>
void cast_from(const Call& call) {
  const From* x = call.operand<From>(0);
  const From* end = x + element_count(call.result_shape());
  if (call.result_type().dtype == DType::boolean) {
    std::transform(x, end, call.result<uint8_t>(), [](From value) { return static_cast<uint8_t>(math::convert<bool>(value)); });
    return;
  }
  dispatch_number(call, call.result_type().dtype, [&]<typename To>() {
    std::transform(x, end, call.result<To>(), [](From value) { return math::convert<To>(value); });
  });
}

void run_cast(const Call& call) {
  if (call.operand_type(0).dtype == DType::boolean) return cast_from<uint8_t>(call);
  dispatch_number(call, call.operand_type(0).dtype, [&]<typename From>() { cast_from<From>(call); });
}

const Registration registration{"cast", run_cast};

}  // namespace
}  // namespace laminet::reference
