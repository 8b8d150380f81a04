// sum, prod, max, min over `axes`; arg_max, arg_min over `axis`. Floats add and multiply in double, integers wrap around.
// NaN wins every comparison; among equals the lowest index does.
#include <cmath>
#include <limits>
#include <type_traits>

#include "reference/call.h"
#include "reference/strides.h"

namespace laminet::reference {
namespace {

template <typename T>
using Wide = std::conditional_t<is_float_type<T>, double, uint64_t>;  // unsigned: wraps without being undefined

template <typename T>
bool is_nan(T value) {
  return value != value;
}

// The result's strides as the operand's axes see them: zero along a reduced axis.
Strides kept_strides(const Call& call) {
  Shape kept = call.operand_shape(0);
  for (const int64_t axis : call.instruction().integers("axes")) kept[static_cast<size_t>(axis)] = 1;
  return broadcast_strides(kept, call.operand_shape(0));
}

template <typename T, typename Total, typename Step>
void reduce(const Call& call, Total initial, const Step& step) {
  const Shape& shape = call.operand_shape(0);
  const Strides own = row_major_strides(shape), kept = kept_strides(call);
  std::vector<Total> totals(static_cast<size_t>(element_count(call.result_shape())), initial);
  const T* x = call.operand<T>(0);
  const int64_t length = row_length(shape), to = row_stride(kept);
  for_each_row<2>(shape, {&own, &kept}, [&](const std::array<int64_t, 2>& offsets) {
    const T* row = x + offsets[0];
    Total* total = totals.data() + offsets[1];
    for (int64_t i = 0; i < length; ++i) total[i * to] = step(total[i * to], row[i]);
  });
  T* y = call.result<T>();
  for (const Total& total : totals) *y++ = static_cast<T>(total);
}

void run_sum(const Call& call) {
  dispatch_number(call, call.result_type().dtype, [&]<typename T>() {
    reduce<T, Wide<T>>(call, 0, [](Wide<T> total, T x) { return total + static_cast<Wide<T>>(x); });
  });
}

void run_prod(const Call& call) {
  dispatch_number(call, call.result_type().dtype, [&]<typename T>() {
    reduce<T, Wide<T>>(call, 1, [](Wide<T> total, T x) { return total * static_cast<Wide<T>>(x); });
  });
}

template <typename T>
T lowest() {
  using Limits = std::numeric_limits<Arithmetic<T>>;
  return static_cast<T>(is_float_type<T> ? -Limits::infinity() : Limits::lowest());
}

template <typename T>
T highest() {
  using Limits = std::numeric_limits<Arithmetic<T>>;
  return static_cast<T>(is_float_type<T> ? Limits::infinity() : Limits::max());
}

void run_max(const Call& call) {
  dispatch_number(call, call.result_type().dtype, [&]<typename T>() {
    reduce<T, T>(call, lowest<T>(), [](T total, T x) { return x > total || is_nan(x) ? x : total; });
  });
}

void run_min(const Call& call) {
  dispatch_number(call, call.result_type().dtype, [&]<typename T>() {
    reduce<T, T>(call, highest<T>(), [](T total, T x) { return x < total || is_nan(x) ? x : total; });
  });
}

template <typename T, typename Better>
void arg_best(const Call& call, const Better& better) {
  const Shape& shape = call.operand_shape(0);
  const auto axis = static_cast<size_t>(call.instruction().number("axis"));
  const int64_t outer = span_count(shape, 0, axis), size = shape[axis], inner = span_count(shape, axis + 1, shape.size());
  const T* x = call.operand<T>(0);
  auto* y = call.result<int32_t>();
  for (int64_t a = 0; a < outer; ++a) {
    for (int64_t b = 0; b < inner; ++b) {
      const T* line = x + a * size * inner + b;
      int64_t best = 0;
      for (int64_t i = 1; i < size && !is_nan(line[best * inner]); ++i) {
        if (better(line[i * inner], line[best * inner]) || is_nan(line[i * inner])) best = i;
      }
      *y++ = static_cast<int32_t>(best);
    }
  }
}

void run_arg_max(const Call& call) {
  dispatch_number(call, call.operand_type(0).dtype, [&]<typename T>() { arg_best<T>(call, [](T a, T b) { return a > b; }); });
}

void run_arg_min(const Call& call) {
  dispatch_number(call, call.operand_type(0).dtype, [&]<typename T>() { arg_best<T>(call, [](T a, T b) { return a < b; }); });
}

const Registration sum_registration{"sum", run_sum};
const Registration prod_registration{"prod", run_prod};
const Registration max_registration{"max", run_max};
const Registration min_registration{"min", run_min};
const Registration arg_max_registration{"arg_max", run_arg_max};
const Registration arg_min_registration{"arg_min", run_arg_min};

}  // namespace
}  // namespace laminet::reference
