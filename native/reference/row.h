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

// target[i] = sums[i]
template <typename T>
void store_row(const double* sums, T* target, int64_t count) {
  for (int64_t i = 0; i < count; ++i) target[i] = static_cast<T>(sums[i]);
}

}  // namespace laminet::reference
