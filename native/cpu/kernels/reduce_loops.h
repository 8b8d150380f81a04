// Inner loops of reductions over contiguous float32.
#pragma once

#include <cstdint>
#include <type_traits>

#include "vector_math.h"
#include "vectors.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

inline constexpr double kInfinite = __builtin_inf();

// combine() keeps NaN. kWide: partial results need the range of double.
struct Sum {
  static constexpr double kNeutral = 0;
  static constexpr bool kWide = false;
  template <typename T>
  static T combine(T x, T y) {
    return x + y;
  }
};
struct Product {
  static constexpr double kNeutral = 1;
  static constexpr bool kWide = true;
  template <typename T>
  static T combine(T x, T y) {
    return x * y;
  }
};
struct Maximum {
  static constexpr double kNeutral = -kInfinite;
  static constexpr bool kWide = false;
  template <typename T>
  static T combine(T x, T y) {
    return (y > x) | (y != y) ? y : x;
  }
};
struct Minimum {
  static constexpr double kNeutral = kInfinite;
  static constexpr bool kWide = false;
  template <typename T>
  static T combine(T x, T y) {
    return (y < x) | (y != y) ? y : x;
  }
};

// Lanes are combined on their own over a block, then in double: few roundings of one float32 follow each other.
template <typename Op>
double reduce_run(int64_t count, const float* x) {
  double result = Op::kNeutral;
  int64_t i = 0;
  if constexpr (!Op::kWide) {
    constexpr int kVectors = 4, kRoundings = 16;
    constexpr int64_t kStep = kVectors * kNativeLanes;
    while (i + kStep <= count) {
      NativeVector lanes[kVectors], values[kVectors];
      std::memcpy(lanes, x + i, sizeof lanes);
      i += kStep;
      for (int round = 1; round < kRoundings && i + kStep <= count; ++round, i += kStep) {
        std::memcpy(values, x + i, sizeof values);
        for (int v = 0; v < kVectors; ++v) lanes[v] = Op::combine(lanes[v], values[v]);
      }
      const NativeVector all = Op::combine(Op::combine(lanes[0], lanes[1]), Op::combine(lanes[2], lanes[3]));
      for (int lane = 0; lane < kNativeLanes; ++lane) result = Op::combine(result, static_cast<double>(all[lane]));
    }
  }
  for (; i < count; ++i) result = Op::combine(result, static_cast<double>(x[i]));
  return result;
}

// results[c] with the rows of column c. Eight rows meet in float32, the rest in double.
template <typename Op>
void reduce_columns(int64_t rows, int64_t stride, int64_t columns, const float* x, double* results) {
  using Partial = std::conditional_t<Op::kWide, double, float>;
  constexpr int64_t kColumns = 1024;  // results of a block stay in the first-level cache
  for (int64_t first = 0; first < columns; first += kColumns) {
    const int64_t end = columns < first + kColumns ? columns : first + kColumns;
    int64_t row = 0;
    for (; row + 8 <= rows; row += 8) {
      const float* base = x + row * stride;
      const auto at = [&](int64_t r, int64_t c) { return static_cast<Partial>(base[r * stride + c]); };
#pragma GCC ivdep
      for (int64_t c = first; c < end; ++c) {
        const Partial low = Op::combine(Op::combine(at(0, c), at(1, c)), Op::combine(at(2, c), at(3, c)));
        const Partial high = Op::combine(Op::combine(at(4, c), at(5, c)), Op::combine(at(6, c), at(7, c)));
        results[c] = Op::combine(results[c], static_cast<double>(Op::combine(low, high)));
      }
    }
    for (; row < rows; ++row) {
#pragma GCC ivdep
      for (int64_t c = first; c < end; ++c) results[c] = Op::combine(results[c], static_cast<double>(x[row * stride + c]));
    }
  }
}

template <bool kLargest>
int32_t arg_of_run(int64_t count, const float* x) {
  const double best = kLargest ? reduce_run<Maximum>(count, x) : reduce_run<Minimum>(count, x);
  for (int64_t i = 0; i < count; ++i) {
    if (static_cast<double>(x[i]) == best || (x[i] != x[i])) return static_cast<int32_t>(i);
  }
  return 0;
}

template <bool kLargest>
void arg_of_columns(int64_t count, int64_t inner, const float* x, int32_t* y) {
  constexpr int64_t kColumns = 256;
  float best[kColumns];
  for (int64_t first = 0; first < inner; first += kColumns) {
    const int64_t columns = inner - first < kColumns ? inner - first : kColumns;
    for (int64_t c = 0; c < columns; ++c) best[c] = x[first + c], y[first + c] = 0;
    for (int64_t k = 1; k < count; ++k) {
      const float* row = x + k * inner + first;
      for (int64_t c = 0; c < columns; ++c) {
        const bool better = kLargest ? row[c] > best[c] : row[c] < best[c];
        const bool wins = better | ((row[c] != row[c]) & (best[c] == best[c]));
        y[first + c] = wins ? static_cast<int32_t>(k) : y[first + c];
        best[c] = wins ? row[c] : best[c];
      }
    }
  }
}

// y may be x.
template <bool kLogarithm>
void softmax_run(int64_t count, const float* x, float* y) {
  constexpr int64_t kChunk = 256;
  const auto largest = static_cast<float>(reduce_run<Maximum>(count, x));
  double sum = 0;
  float exponentials[kChunk];
  for (int64_t first = 0; first < count; first += kChunk) {
    const int64_t size = count - first < kChunk ? count - first : kChunk;
    float* chunk = kLogarithm ? exponentials : y + first;
#pragma GCC ivdep
    for (int64_t i = 0; i < size; ++i) chunk[i] = vector_math::exp(x[first + i] - largest);
    sum += reduce_run<Sum>(size, chunk);
  }
  if constexpr (kLogarithm) {
    const auto logarithm = static_cast<float>(__builtin_log(sum));
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) y[i] = x[i] - largest - logarithm;
  } else {
    const auto inverse = static_cast<float>(1 / sum);
    for (int64_t i = 0; i < count; ++i) y[i] *= inverse;
  }
}

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
