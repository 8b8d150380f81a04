// Kernels of the gradient of batch normalisation; batch_norm.h has the passes. P is what channel vectors are stored in.
#pragma once

#include <cmath>

#include "cuda/kernels/norm_rows.h"

namespace laminet::cuda {

// `parts`: for each part of the rows two numbers a channel, planes one after the other. `coefficients`: planes with one number a channel.
template <typename T, typename P>
struct GradientSumsArguments {
  Columns columns;
  int64_t part_rows;
  NormActivation activation;
  Accumulator<T> alpha;
  Global<const T> x, dy, y;
  Global<const P> mean;
  Global<Accumulator<T>> parts;
};

template <typename T, typename P>
struct CombineGradientsArguments {
  Columns columns;  // of the parts
  int64_t rows;
  Accumulator<T> epsilon;
  Global<const P> gamma, mean, variance;
  Global<const Accumulator<T>> parts;
  Global<P> dgamma, dbeta;
  Global<Accumulator<T>> coefficients;
};

template <typename T>
struct GradientArguments {
  Columns columns;
  NormActivation activation;
  bool has_dskip;
  Accumulator<T> alpha;
  Global<const T> x, dy, y;
  Global<const Accumulator<T>> coefficients;
  Global<T> dx, dskip;
};

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
    for (int64_t row = begin + place.row; row < end; row += static_cast<int64_t>(kRowsAtOnce<V>) * a.columns.height) {
      Rows<T, V> x = {}, dy = {}, y = {};
      const int count = load_rows<T, V>(a.columns, place, a.x, row, end, x);
      load_rows<T, V>(a.columns, place, a.dy, row, end, dy);
      if (a.activation != NormActivation::none) load_rows<T, V>(a.columns, place, a.y, row, end, y);
#pragma unroll
      for (int v = 0; v < V; ++v) {
        A sum = 0, product = 0;
#pragma unroll
        for (int k = 0; k < kRowsAtOnce<V>; ++k) {
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
  const int64_t rows_at_once = static_cast<int64_t>(kRowsAtOnce<V>) * a.columns.height;
  for (int64_t row = blockIdx.y * rows_at_once + place.row; row < a.columns.rows; row += gridDim.y * rows_at_once) {
    Rows<T, V> x = {}, dy = {}, y = {};
    const int count = load_rows<T, V>(a.columns, place, a.x, row, a.columns.rows, x);
    load_rows<T, V>(a.columns, place, a.dy, row, a.columns.rows, dy);
    if (a.activation != NormActivation::none) load_rows<T, V>(a.columns, place, a.y, row, a.columns.rows, y);
#pragma unroll
    for (int k = 0; k < kRowsAtOnce<V>; ++k) {
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

LAMINET_KERNELS(batch_norm_gradient_sums<float, float, 1>, batch_norm_gradient_sums<float, float, 4>,
                batch_norm_gradient_sums<double, double, 1>, batch_norm_gradient_sums<double, double, 2>,
                batch_norm_gradient_sums<__nv_bfloat16, float, 1>, batch_norm_gradient_sums<__nv_bfloat16, float, 8>,
                batch_norm_gradient_sums<__nv_bfloat16, __nv_bfloat16, 1>, batch_norm_gradient_sums<__nv_bfloat16, __nv_bfloat16, 8>,
                batch_norm_gradient_sums<__half, float, 1>, batch_norm_gradient_sums<__half, float, 8>,
                batch_norm_gradient_sums<__half, __half, 1>, batch_norm_gradient_sums<__half, __half, 8>)
LAMINET_KERNELS(batch_norm_combine_gradients<float, float>, batch_norm_combine_gradients<double, double>,
                batch_norm_combine_gradients<__nv_bfloat16, float>, batch_norm_combine_gradients<__nv_bfloat16, __nv_bfloat16>,
                batch_norm_combine_gradients<__half, float>, batch_norm_combine_gradients<__half, __half>)
LAMINET_KERNELS(batch_norm_gradient<float, 1>, batch_norm_gradient<float, 4>, batch_norm_gradient<double, 1>,
                batch_norm_gradient<double, 2>, batch_norm_gradient<__nv_bfloat16, 1>, batch_norm_gradient<__nv_bfloat16, 8>,
                batch_norm_gradient<__half, 1>, batch_norm_gradient<__half, 8>)

}  // namespace laminet::cuda
