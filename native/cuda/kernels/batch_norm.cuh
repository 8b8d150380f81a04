// Kernels of batch normalisation; batch_norm.h has the passes. P is what channel vectors are stored in.
#pragma once

#include <cmath>

#include "cuda/kernels/norm_rows.h"

namespace laminet::cuda {

// `parts`: for each part of the rows two numbers a channel, planes one after the other. `coefficients`: planes with one number a channel.
template <typename T>
struct StatisticsArguments {
  Columns columns;
  int64_t part_rows;
  Global<const T> x;
  Global<Accumulator<T>> parts;
};

template <typename T, typename P>
struct CombineArguments {
  Columns columns;  // of the parts
  int64_t rows, part_rows;
  Accumulator<T> epsilon;
  Global<const T> x;
  Global<const P> gamma, beta;
  Global<const Accumulator<T>> parts;
  Global<P> mean, variance;
  Global<Accumulator<T>> coefficients;
};

template <typename T>
struct NormalizeArguments {
  Columns columns;
  NormActivation activation;
  bool has_skip;
  Accumulator<T> alpha;
  Global<const T> x, skip;
  Global<const Accumulator<T>> coefficients;
  Global<T> y;
};

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
    for (int64_t row = begin + place.row; row < end; row += static_cast<int64_t>(kRowsAtOnce<V>) * a.columns.height) {
      Rows<T, V> x = {};
      const int taken = load_rows<T, V>(a.columns, place, a.x, row, end, x);
      const A n = static_cast<A>(taken), total = count + n, weight = n / total;
#pragma unroll
      for (int v = 0; v < V; ++v) {
        A sum = 0, squares = 0;
#pragma unroll
        for (int k = 0; k < kRowsAtOnce<V>; ++k) {
          x[k][v] -= widen(first.lane[v]);
          sum += k < taken ? x[k][v] : A(0);
        }
        const A own = sum / n;
#pragma unroll
        for (int k = 0; k < kRowsAtOnce<V>; ++k) squares += k < taken ? (x[k][v] - own) * (x[k][v] - own) : A(0);
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
// Four blocks at once leave 64 registers: left alone, ptxas takes 32 of them on sm_100 and spills.
template <typename T, typename P>
__global__ void __launch_bounds__(kColumnThreads, 4) batch_norm_combine(CombineArguments<T, P> a) {
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
  const int64_t rows_at_once = static_cast<int64_t>(kRowsAtOnce<V>) * a.columns.height;
  for (int64_t row = blockIdx.y * rows_at_once + place.row; row < a.columns.rows; row += gridDim.y * rows_at_once) {
    Rows<T, V> x = {}, skip = {};
    const int count = load_rows<T, V>(a.columns, place, a.x, row, a.columns.rows, x);
    if (a.has_skip) load_rows<T, V>(a.columns, place, a.skip, row, a.columns.rows, skip);
#pragma unroll
    for (int k = 0; k < kRowsAtOnce<V>; ++k) {
#pragma unroll
      for (int v = 0; v < V; ++v) {
        x[k][v] = norm_activation(a.activation, a.alpha, (x[k][v] - centre[v]) * factor[v] + offset[v] + skip[k][v]);
      }
    }
    store_rows<T, V>(a.columns, place, a.y, row, count, x);
  }
}

LAMINET_KERNELS(batch_norm_statistics<float, 1>, batch_norm_statistics<float, 4>, batch_norm_statistics<double, 1>,
                batch_norm_statistics<double, 2>, batch_norm_statistics<__nv_bfloat16, 1>, batch_norm_statistics<__nv_bfloat16, 8>,
                batch_norm_statistics<__half, 1>, batch_norm_statistics<__half, 8>)
LAMINET_KERNELS(batch_norm_combine<float, float>, batch_norm_combine<double, double>, batch_norm_combine<__nv_bfloat16, float>,
                batch_norm_combine<__nv_bfloat16, __nv_bfloat16>, batch_norm_combine<__half, float>, batch_norm_combine<__half, __half>)
LAMINET_KERNELS(batch_norm_normalize<float, 1>, batch_norm_normalize<float, 4>, batch_norm_normalize<double, 1>,
                batch_norm_normalize<double, 2>, batch_norm_normalize<__nv_bfloat16, 1>, batch_norm_normalize<__nv_bfloat16, 8>,
                batch_norm_normalize<__half, 1>, batch_norm_normalize<__half, 8>)

}  // namespace laminet::cuda
