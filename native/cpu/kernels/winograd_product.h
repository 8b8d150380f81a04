// The products of matrices between the transforms. A part of the result stays in registers: rows of it are single floats of the left side,
// columns whole vectors of the right.
#pragma once

#include <array>
#include <utility>

#include "winograd_transform.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace LAMINET_WINOGRAD {

// With a vector for the left side and the right side's columns, these fill the registers.
inline constexpr int kMostRows = kNativeLanes == 16 ? 14 : kNativeLanes == 8 ? 6 : 2;
inline constexpr int kMostColumns = 2;
inline constexpr int kGradientColumns = 3;  // beside half a block of rows

// c[row][column] = sum over k of a[row][k] * b[k][column], or added to c. In a, the k lie in runs.
struct Product {
  const float* a;
  int64_t runs, run_step;  // floats from one run of k to the next
  const float* b;          // k after k, without gaps
  float* c;
  int64_t c_step;          // from row to row
  bool add;
};

// In a, rows lie kRowStep apart, the kRun k of a run side by side.
template <int kRows, int kColumns, int kRowStep, int kRun>
void multiply(const Product& product) {
  const float *a = product.a, *b = product.b;
  Vector sums[kRows][kColumns];
#pragma GCC unroll 16
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int column = 0; column < kColumns; ++column)
      sums[row][column] = product.add ? load(product.c + row * product.c_step + column * kBlock) : Vector{};
  for (int64_t run = 0; run < product.runs; ++run, a += product.run_step) {
#pragma GCC unroll 4
    for (int k = 0; k < kRun; ++k, b += kColumns * kBlock) {
      Vector right[kColumns];
#pragma GCC unroll 4
      for (int column = 0; column < kColumns; ++column) right[column] = load(b + column * kBlock);
#pragma GCC unroll 16
      for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
        for (int column = 0; column < kColumns; ++column) sums[row][column] += a[row * kRowStep + k] * right[column];
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < kRows; ++row)
#pragma GCC unroll 4
    for (int column = 0; column < kColumns; ++column) store(product.c + row * product.c_step + column * kBlock, sums[row][column]);
}

using Multiply = void (*)(const Product&);

// multiply() for 1 ... kMostRows rows.
template <int kColumns, int kRowStep, int kRun>
constexpr std::array<Multiply, kMostRows> kMultiplyRows = []<int... kRow>(std::integer_sequence<int, kRow...>) {
  return std::array<Multiply, kMostRows>{multiply<kRow + 1, kColumns, kRowStep, kRun>...};
}(std::make_integer_sequence<int, kMostRows>());

}  // namespace LAMINET_WINOGRAD
}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
