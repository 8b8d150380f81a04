// batch_norm over x [..., c], with mean and population variance of each channel:
// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta.
// batch_norm_backward, with n values a channel, scale = 1 / sqrt(variance + epsilon) and normal = (x - mean) * scale:
// dbeta = sum(dy), dgamma = sum(dy * normal), dx = gamma * scale * (dy - dbeta / n - normal * dgamma / n).
#include <cmath>

#include "reference/call.h"
#include "reference/row.h"
#include "reference/strides.h"

namespace laminet::reference {
namespace {

using Channels = std::vector<double>;  // one value a channel

struct Extents {
  int64_t rows;
  int64_t channels;
};

Extents extents_of(const Shape& shape) { return {span_count(shape, 0, shape.size() - 1), shape.back()}; }

template <typename T>
Channels widened(const T* values, int64_t channels) {
  return Channels(values, values + channels);
}

// term(element of the row, channel) summed over the rows.
template <typename Term>
Channels sum_rows(const Extents& e, const Term& term) {
  Channels sums(static_cast<size_t>(e.channels), 0.0);
  for (int64_t row = 0; row < e.rows; ++row) {
    for (int64_t c = 0; c < e.channels; ++c) sums[static_cast<size_t>(c)] += term(row * e.channels + c, static_cast<size_t>(c));
  }
  return sums;
}

Channels divided(Channels values, int64_t by) {
  for (double& value : values) value /= static_cast<double>(by);
  return values;
}

Channels reciprocal_deviation(Channels variance, double epsilon) {
  for (double& value : variance) value = 1 / std::sqrt(value + epsilon);
  return variance;
}

template <typename T>
void batch_norm(const Call& call) {
  const Extents e = extents_of(call.operand_shape(0));
  const T *x = call.operand<T>(0), *gamma = call.operand<T>(1), *beta = call.operand<T>(2);
  const Channels mean = divided(sum_rows(e, [&](int64_t i, size_t) { return static_cast<double>(x[i]); }), e.rows);
  const auto squared_distance = [&](int64_t i, size_t c) {
    const double distance = static_cast<double>(x[i]) - mean[c];
    return distance * distance;
  };
  const Channels variance = divided(sum_rows(e, squared_distance), e.rows);
  const Channels scale = reciprocal_deviation(variance, call.instruction().number("epsilon"));
  T* y = call.result<T>(0);
  for (int64_t row = 0; row < e.rows; ++row) {
    for (size_t c = 0; c < mean.size(); ++c) {
      const double normal = (static_cast<double>(*x++) - mean[c]) * scale[c];
      *y++ = static_cast<T>(normal * static_cast<double>(gamma[c]) + static_cast<double>(beta[c]));
    }
  }
  store_row(mean.data(), call.result<T>(1), e.channels);
  store_row(variance.data(), call.result<T>(2), e.channels);
}

// Operands: x, gamma, beta, mean, variance, dy. beta does not matter to any gradient.
template <typename T>
void batch_norm_backward(const Call& call) {
  const Extents e = extents_of(call.operand_shape(0));
  const T *x = call.operand<T>(0), *gamma = call.operand<T>(1), *dy = call.operand<T>(5);
  const Channels mean = widened(call.operand<T>(3), e.channels);
  const Channels scale = reciprocal_deviation(widened(call.operand<T>(4), e.channels), call.instruction().number("epsilon"));
  const auto normal = [&](int64_t i, size_t c) { return (static_cast<double>(x[i]) - mean[c]) * scale[c]; };
  const auto gradient = [&](int64_t i, size_t) { return static_cast<double>(dy[i]); };
  const Channels dbeta = sum_rows(e, gradient);
  const Channels dgamma = sum_rows(e, [&](int64_t i, size_t c) { return gradient(i, c) * normal(i, c); });
  const Channels mean_dbeta = divided(dbeta, e.rows), mean_dgamma = divided(dgamma, e.rows);
  T* dx = call.result<T>(0);
  for (int64_t i = 0; i < e.rows * e.channels; ++i) {
    const auto c = static_cast<size_t>(i % e.channels);
    const double centred = gradient(i, c) - mean_dbeta[c] - normal(i, c) * mean_dgamma[c];
    dx[i] = static_cast<T>(static_cast<double>(gamma[c]) * scale[c] * centred);
  }
  store_row(dgamma.data(), call.result<T>(1), e.channels);
  store_row(dbeta.data(), call.result<T>(2), e.channels);
}

void run_batch_norm(const Call& call) {
  dispatch_float(call, call.operand_type(0).dtype, [&]<typename T>() { batch_norm<T>(call); });
}

void run_batch_norm_backward(const Call& call) {
  dispatch_float(call, call.operand_type(0).dtype, [&]<typename T>() { batch_norm_backward<T>(call); });
}

const Registration forward_registration{"batch_norm", run_batch_norm};
const Registration backward_registration{"batch_norm_backward", run_batch_norm_backward};

}  // namespace
}  // namespace laminet::reference
