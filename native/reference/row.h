// The inner loops of matmul and of the convolutions. Contiguous and free of dependencies between steps, so that compilers
// vectorise them without reordering a sum.
#pragma once

#include <cstdint>

namespace laminet::reference {

// sums[i] += factor * row[i]
template <typename T>
void add_scaled(double* sums, double factor, const T* row, int64_t count) {
  for (int64_t i = 0; i < count; ++i) sums[i] += factor * static_cast<double>(row[i]);
}

// sums[i] += sum over k < depth of factors[k * step] * rows[k * stride + i], added in the order of k. Four rows at a time, so that
// the sums pass through the registers once instead of four times.
template <typename T>
void add_scaled_rows(double* __restrict sums, int64_t count, const T* factors, int64_t step, const T* rows, int64_t stride,
                     int64_t depth) {
  int64_t k = 0;
  for (; k + 4 <= depth; k += 4, factors += 4 * step, rows += 4 * stride) {
    const double f0 = factors[0], f1 = factors[step], f2 = factors[2 * step], f3 = factors[3 * step];
    const T *r0 = rows, *r1 = rows + stride, *r2 = rows + 2 * stride, *r3 = rows + 3 * stride;
    for (int64_t i = 0; i < count; ++i) sums[i] = sums[i] + f0 * r0[i] + f1 * r1[i] + f2 * r2[i] + f3 * r3[i];
  }
  for (; k < depth; ++k, factors += step, rows += stride) add_scaled(sums, static_cast<double>(*factors), rows, count);
}

// target[i] = sums[i]
template <typename T>
void store_row(const double* sums, T* target, int64_t count) {
  for (int64_t i = 0; i < count; ++i) target[i] = static_cast<T>(sums[i]);
}

}  // namespace laminet::reference
