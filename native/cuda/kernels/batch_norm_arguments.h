// What the kernels of batch normalisation are launched with.
#pragma once

#include "cuda/kernels/batch_norm.h"
#include "cuda/kernels/columns.h"

namespace laminet::cuda {

inline constexpr int kColumnThreads = 256;

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

}  // namespace laminet::cuda
