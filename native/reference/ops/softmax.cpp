// softmax, log_softmax over the last axis, after subtracting the row's maximum:
// softmax = exp(x - max) / sum(exp(x - max)), log_softmax = x - max - log(sum(exp(x - max))).
#include <algorithm>
#include <cmath>

#include "reference/call.h"
#include "reference/strides.h"

namespace laminet::reference {
namespace {

template <typename T>
void softmax(const Call& call, bool logarithm) {
  const Shape& shape = call.result_shape();
  const int64_t length = row_length(shape);
  const int64_t count = element_count(shape);
  const T* x = call.operand<T>(0);
  T* y = call.result<T>();
  for (int64_t start = 0; start < count; start += length, x += length, y += length) {
    const auto highest = static_cast<double>(*std::max_element(x, x + length));
    double sum = 0;
    for (int64_t i = 0; i < length; ++i) sum += std::exp(static_cast<double>(x[i]) - highest);
    const double log_sum = std::log(sum);
    for (int64_t i = 0; i < length; ++i) {
      const double shifted = static_cast<double>(x[i]) - highest;
      y[i] = static_cast<T>(logarithm ? shifted - log_sum : std::exp(shifted) / sum);
    }
  }
}

void run_softmax(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { softmax<T>(call, false); });
}

void run_log_softmax(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { softmax<T>(call, true); });
}

const Registration softmax_registration{"softmax", run_softmax};
const Registration log_softmax_registration{"log_softmax", run_log_softmax};

}  // namespace
}  // namespace laminet::reference
