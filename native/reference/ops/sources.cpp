// fill: one value everywhere. iota: every element is its index along `axis`.
#include <algorithm>

#include "reference/call.h"
#include "reference/strides.h"
#include "runtime/pointwise_math.h"

namespace laminet::reference {
namespace {

void run_fill(const Call& call) {
  const double value = call.instruction().number("value");
  const int64_t count = element_count(call.result_shape());
  if (call.result_type().dtype == DType::boolean) {
    std::fill_n(call.result<uint8_t>(), count, static_cast<uint8_t>(value != 0));
    return;
  }
  dispatch_number(call, call.result_type().dtype,
                  [&]<typename T>() { std::fill_n(call.result<T>(), count, math::convert<T>(value)); });
}

void run_iota(const Call& call) {
  const Shape& shape = call.result_shape();
  const auto axis = static_cast<size_t>(call.instruction().number("axis"));
  const int64_t size = shape[axis], inner = span_count(shape, axis + 1, shape.size()), count = element_count(shape);
  dispatch_number(call, call.result_type().dtype, [&]<typename T>() {
    T* y = call.result<T>();
    for (int64_t i = 0; i < count; ++i) y[i] = static_cast<T>(i / inner % size);
  });
}

const Registration fill_registration{"fill", run_fill};
const Registration iota_registration{"iota", run_iota};

}  // namespace
}  // namespace laminet::reference
