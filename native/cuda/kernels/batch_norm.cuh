// Kernels of batch normalisation; batch_norm.h has the passes. T is what images are stored in, P what channel vectors are stored in, V how
// many neighbouring channels a thread moves at once.
#pragma once

#include <cmath>

#include "cuda/kernels/batch_norm_arguments.h"
#include "cuda/kernels/columns.h"

namespace laminet::cuda {

// A thread reads this many rows before it computes with the first.
inline constexpr int kRowsAtOnce = 4;

template <typename T, int V>
using Rows = Accumulator<T>[kRowsAtOnce][V];

// Reads rows `row`, `row` + height, ... below `end`; the others are left alone. Returns how many were read.
template <typename T, int V>
__device__ inline int load_rows(const Columns& columns, const ColumnPlace& place, Global<const T> x, int64_t row, int64_t end,
                                Rows<T, V>& values) {
  int count = 0;
#pragma unroll
  for (int k = 0; k < kRowsAtOnce; ++k) {
    const int64_t at = row + static_cast<int64_t>(k) * columns.height;
    if (at >= end) continue;
    const Vector<T, V> lanes = x.template load<V>((at * columns.count + place.column) * V);
#pragma unroll
    for (int v = 0; v < V; ++v) values[k][v] = widen(lanes.lane[v]);
    ++count;
  }
  return count;
}

// Writes the first `count` rows that load_rows would read.
template <typename T, int V>
__device__ inline void store_rows(const Columns& columns, const ColumnPlace& place, Global<T> y, int64_t row, int count,
                                  const Rows<T, V>& values) {
#pragma unroll
  for (int k = 0; k < kRowsAtOnce; ++k) {
    if (k >= count) continue;
    Vector<T, V> lanes;
#pragma unroll
    for (int v = 0; v < V; ++v) lanes.lane[v] = narrow<T>(values[k][v]);
    y.template store<V>(((row + static_cast<int64_t>(k) * columns.height) * columns.count + place.column) * V, lanes);
  }
}

template <typename A>
__device__ inline A norm_activation(NormActivation activation, A alpha, A x) {
  if (activation == NormActivation::relu) return x < A(0) ? A(0) : x;
  if (activation == NormActivation::leaky_relu) return x >= A(0) ? x : alpha * x;
  return x;
}

// The gradient before the activation, from its result and the gradient after it.
template <typename A>
__device__ inline A norm_activation_backward(NormActivation activation, A alpha, A y, A dy) {
  if (activation == NormActivation::relu) return y > A(0) ? dy : A(0);
  if (activation == NormActivation::leaky_relu) return y >= A(0) ? dy : alpha * dy;
  return dy;
}

// Mean and sum of squared distances (m2) of each channel in one part of the rows. Values are taken relative to the first row, so that a
// large mean costs no digits. A thread takes a few rows at once, then joins their mean and m2 to its own (T. Chan, G. Golub, R. LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
template <typename T, int V>
__global__ void __launch_bounds__(kColumnThreads) batch_norm_statistics(StatisticsArguments<T> a) {
  using A = Accumulator<T>;
  LAMINET_SHARED(A, shared, kColumnThreads * V);
  const ColumnPlace place = column_place(a.columns);
  const int64_t begin = static_cast<int64_t>(blockIdx.y) * a.part_rows;
  const int64_t end = begin + a.part_rows < a.columns.rows ? begin + a.part_rows : a.columns.rows;
  A mean[V] = {}, m2[V] = {}, count = 0;
  if (place.active && begin < end) {
    const Vector<T, V> first = a.x.template load<V>(place.column * V);
    for (int64_t row = begin + place.row; row < end; row += static_cast<int64_t>(kRowsAtOnce) * a.columns.height) {
      Rows<T, V> x = {};
      const int taken = load_rows<T, V>(a.columns, place, a.x, row, end, x);
      const A n = static_cast<A>(taken), total = count + n, weight = n / total;
#pragma unroll
      for (int v = 0; v < V; ++v) {
        A sum = 0, squares = 0;
#pragma unroll
        for (int k = 0; k < kRowsAtOnce; ++k) {
          x[k][v] -= widen(first.lane[v]);
          sum += k < taken ? x[k][v] : A(0);
        }
        const A own = sum / n;
#pragma unroll
        for (int k = 0; k < kRowsAtOnce; ++k) squares += k < taken ? (x[k][v] - own) * (x[k][v] - own) : A(0);
        const A distance = own - mean[v];
        mean[v] += distance * weight;
        m2[v] += squares + distance * distance * count * weight;
      }
      count = total;
    }
  }
  A part_mean[V];
#pragma unroll
  for (int v = 0; v < V; ++v) part_mean[v] = mean[v] * count;
  sum_over_rows(a.columns, place, part_mean, shared);
#pragma unroll
  for (int v = 0; v < V; ++v) {
    part_mean[v] /= static_cast<A>(end - begin);
    m2[v] += (mean[v] - part_mean[v]) * (mean[v] - part_mean[v]) * count;
  }
  sum_over_rows(a.columns, place, m2, shared);
  if (!place.active || place.row != 0) return;
  const int64_t channels = a.columns.count * V, to = 2 * blockIdx.y * channels + place.column * V;
#pragma unroll
  for (int v = 0; v < V; ++v) {
    a.parts[to + v] = part_mean[v];
    a.parts[to + channels + v] = m2[v];
  }
}

// Mean and variance of all parts, and what the normalisation multiplies and adds. Here a column is a channel and a row a part.
template <typename T, typename P>
__global__ void __launch_bounds__(kColumnThreads) batch_norm_combine(CombineArguments<T, P> a) {
  using A = Accumulator<T>;
  LAMINET_SHARED(A, shared, kColumnThreads);
  const ColumnPlace place = column_place(a.columns);
  const int64_t channels = a.columns.count, parts = a.columns.rows, channel = place.column;
  const auto rows_of = [&](int64_t part) {
    return static_cast<A>(part + 1 < parts ? a.part_rows : a.rows - (parts - 1) * a.part_rows);
  };
  A mean[1] = {}, m2[1] = {};
  if (place.active) {
    for (int64_t part = place.row; part < parts; part += a.columns.height) {
      mean[0] += a.parts[2 * part * channels + channel] * rows_of(part);
    }
  }
  sum_over_rows(a.columns, place, mean, shared);
  mean[0] /= static_cast<A>(a.rows);
  if (place.active) {
    for (int64_t part = place.row; part < parts; part += a.columns.height) {
      const A distance = a.parts[2 * part * channels + channel] - mean[0];
      m2[0] += a.parts[(2 * part + 1) * channels + channel] + distance * distance * rows_of(part);
    }
  }
  sum_over_rows(a.columns, place, m2, shared);
  if (!place.active || place.row != 0) return;
  const A variance = m2[0] / static_cast<A>(a.rows);
  const A factor = widen(a.gamma[channel]) / std::sqrt(variance + a.epsilon);
  const A first = a.rows > 0 ? widen(a.x[channel]) : A(0), centre = first + mean[0];
  a.mean[channel] = narrow<P>(centre);
  a.variance[channel] = narrow<P>(variance);
  a.coefficients[channel] = centre;
  a.coefficients[channels + channel] = factor;
  // (centre - first) - mean is what rounding has added to the centre.
  a.coefficients[2 * channels + channel] = widen(a.beta[channel]) + ((centre - first) - mean[0]) * factor;
}

template <typename T, int V>
__global__ void __launch_bounds__(kColumnThreads) batch_norm_normalize(NormalizeArguments<T> a) {
  using A = Accumulator<T>;
  const ColumnPlace place = column_place(a.columns);
  if (!place.active) return;
  const int64_t channels = a.columns.count * V, channel = place.column * V;
  A centre[V], factor[V], offset[V];
#pragma unroll
  for (int v = 0; v < V; ++v) {
    centre[v] = a.coefficients[channel + v];
    factor[v] = a.coefficients[channels + channel + v];
    offset[v] = a.coefficients[2 * channels + channel + v];
  }
  const int64_t rows_at_once = static_cast<int64_t>(kRowsAtOnce) * a.columns.height;
  for (int64_t row = blockIdx.y * rows_at_once + place.row; row < a.columns.rows; row += gridDim.y * rows_at_once) {
    Rows<T, V> x = {}, skip = {};
    const int count = load_rows<T, V>(a.columns, place, a.x, row, a.columns.rows, x);
    if (a.has_skip) load_rows<T, V>(a.columns, place, a.skip, row, a.columns.rows, skip);
#pragma unroll
    for (int k = 0; k < kRowsAtOnce; ++k) {
#pragma unroll
      for (int v = 0; v < V; ++v) {
        x[k][v] = norm_activation(a.activation, a.alpha, (x[k][v] - centre[v]) * factor[v] + offset[v] + skip[k][v]);
      }
    }
    store_rows<T, V>(a.columns, place, a.y, row, count, x);
  }
}

// The sums of dy and of dy * (x - mean) in one part of the rows.
template <typename T, typename P, int V>
__global__ void __launch_bounds__(kColumnThreads) batch_norm_gradient_sums(GradientSumsArguments<T, P> a) {
  using A = Accumulator<T>;
  LAMINET_SHARED(A, shared, kColumnThreads * 2 * V);
  const ColumnPlace place = column_place(a.columns);
  const int64_t begin = static_cast<int64_t>(blockIdx.y) * a.part_rows;
  const int64_t end = begin + a.part_rows < a.columns.rows ? begin + a.part_rows : a.columns.rows;
  A sums[2 * V] = {};
  if (place.active) {
    A mean[V];
#pragma unroll
    for (int v = 0; v < V; ++v) mean[v] = widen(a.mean[place.column * V + v]);
    for (int64_t row = begin + place.row; row < end; row += static_cast<int64_t>(kRowsAtOnce) * a.columns.height) {
      Rows<T, V> x = {}, dy = {}, y = {};
      const int count = load_rows<T, V>(a.columns, place, a.x, row, end, x);
      load_rows<T, V>(a.columns, place, a.dy, row, end, dy);
      if (a.activation != NormActivation::none) load_rows<T, V>(a.columns, place, a.y, row, end, y);
#pragma unroll
      for (int v = 0; v < V; ++v) {
        A sum = 0, product = 0;
#pragma unroll
        for (int k = 0; k < kRowsAtOnce; ++k) {
          const A gradient = norm_activation_backward(a.activation, a.alpha, y[k][v], dy[k][v]);
          sum += k < count ? gradient : A(0);
          product += k < count ? gradient * (x[k][v] - mean[v]) : A(0);
        }
        sums[v] += sum;
        sums[V + v] += product;
      }
    }
  }
  sum_over_rows(a.columns, place, sums, shared);
  if (!place.active || place.row != 0) return;
  const int64_t channels = a.columns.count * V, to = 2 * blockIdx.y * channels + place.column * V;
#pragma unroll
  for (int v = 0; v < V; ++v) {
    a.parts[to + v] = sums[v];
    a.parts[to + channels + v] = sums[V + v];
  }
}

// The gradients of gamma and beta, and what the gradient of x is made with. Here a column is a channel and a row a part.
template <typename T, typename P>
__global__ void __launch_bounds__(kColumnThreads) batch_norm_combine_gradients(CombineGradientsArguments<T, P> a) {
  using A = Accumulator<T>;
  LAMINET_SHARED(A, shared, kColumnThreads * 2);
  const ColumnPlace place = column_place(a.columns);
  const int64_t channels = a.columns.count, parts = a.columns.rows, channel = place.column;
  A sums[2] = {};
  if (place.active) {
    for (int64_t part = place.row; part < parts; part += a.columns.height) {
      sums[0] += a.parts[2 * part * channels + channel];
      sums[1] += a.parts[(2 * part + 1) * channels + channel];
    }
  }
  sum_over_rows(a.columns, place, sums, shared);
  if (!place.active || place.row != 0) return;
  const A scale = A(1) / std::sqrt(widen(a.variance[channel]) + a.epsilon);
  const A dgamma = a.rows > 0 ? sums[1] * scale : A(0);  // no rows have no variance
  a.dgamma[channel] = narrow<P>(dgamma);
  a.dbeta[channel] = narrow<P>(sums[0]);
  a.coefficients[channel] = widen(a.mean[channel]);
  a.coefficients[channels + channel] = widen(a.gamma[channel]) * scale;
  a.coefficients[2 * channels + channel] = sums[0] / static_cast<A>(a.rows);
  a.coefficients[3 * channels + channel] = dgamma * scale / static_cast<A>(a.rows);
}

// dx = gamma * scale * (dy - mean(dy) - normal * mean(dy * normal)), of dy before the activation.
template <typename T, int V>
__global__ void __launch_bounds__(kColumnThreads) batch_norm_gradient(GradientArguments<T> a) {
  using A = Accumulator<T>;
  const ColumnPlace place = column_place(a.columns);
  if (!place.active) return;
  const int64_t channels = a.columns.count * V, channel = place.column * V;
  A mean[V], factor[V], shift[V], slope[V];
#pragma unroll
  for (int v = 0; v < V; ++v) {
    mean[v] = a.coefficients[channel + v];
    factor[v] = a.coefficients[channels + channel + v];
    shift[v] = a.coefficients[2 * channels + channel + v];
    slope[v] = a.coefficients[3 * channels + channel + v];
  }
  const int64_t rows_at_once = static_cast<int64_t>(kRowsAtOnce) * a.columns.height;
  for (int64_t row = blockIdx.y * rows_at_once + place.row; row < a.columns.rows; row += gridDim.y * rows_at_once) {
    Rows<T, V> x = {}, dy = {}, y = {};
    const int count = load_rows<T, V>(a.columns, place, a.x, row, a.columns.rows, x);
    load_rows<T, V>(a.columns, place, a.dy, row, a.columns.rows, dy);
    if (a.activation != NormActivation::none) load_rows<T, V>(a.columns, place, a.y, row, a.columns.rows, y);
#pragma unroll
    for (int k = 0; k < kRowsAtOnce; ++k) {
#pragma unroll
      for (int v = 0; v < V; ++v) {
        dy[k][v] = norm_activation_backward(a.activation, a.alpha, y[k][v], dy[k][v]);
        x[k][v] = factor[v] * (dy[k][v] - shift[v] - (x[k][v] - mean[v]) * slope[v]);
      }
    }
    store_rows<T, V>(a.columns, place, a.dx, row, count, x);
    if (a.has_dskip) store_rows<T, V>(a.columns, place, a.dskip, row, count, dy);
  }
}

#define LAMINET_BATCH_NORM_OF(T, V)                                                                                                   \
  batch_norm_statistics<T, 1>, batch_norm_statistics<T, V>, batch_norm_normalize<T, 1>, batch_norm_normalize<T, V>, \
      batch_norm_gradient<T, 1>, batch_norm_gradient<T, V>
#define LAMINET_BATCH_NORM_WITH(T, P, V)                                                                                       \
  batch_norm_combine<T, P>, batch_norm_combine_gradients<T, P>, batch_norm_gradient_sums<T, P, 1>, batch_norm_gradient_sums<T, P, V>

LAMINET_KERNELS(LAMINET_BATCH_NORM_OF(float, 4), LAMINET_BATCH_NORM_OF(double, 2), LAMINET_BATCH_NORM_OF(__nv_bfloat16, 8),
                LAMINET_BATCH_NORM_OF(__half, 8), LAMINET_BATCH_NORM_WITH(float, float, 4), LAMINET_BATCH_NORM_WITH(double, double, 2),
                LAMINET_BATCH_NORM_WITH(__nv_bfloat16, float, 8), LAMINET_BATCH_NORM_WITH(__nv_bfloat16, __nv_bfloat16, 8),
                LAMINET_BATCH_NORM_WITH(__half, float, 8), LAMINET_BATCH_NORM_WITH(__half, __half, 8))

}  // namespace laminet::cuda
