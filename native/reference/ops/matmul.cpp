// matmul: y[..., i, j] = sum over k of a[..., i, k] * b[..., k, j]; transposeA and transposeB swap the last two axes of their
// operand first. Loops i-k-j: the inner one runs along rows of b and y; blocks of i and k keep those rows in the cache.
#include <algorithm>

#include "reference/call.h"
#include "reference/row.h"
#include "reference/strides.h"

namespace laminet::reference {
namespace {

constexpr int64_t kRowBlock = 8, kDepthBlock = 16;

template <typename T>
void transpose_into(const T* source, int64_t rows, int64_t columns, T* target) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) target[column * rows + row] = source[row * columns + column];
  }
}

template <typename T>
void matmul(const Call& call) {
  const Shape &a_shape = call.operand_shape(0), &shape = call.result_shape();
  const bool transpose_a = call.instruction().flag("transposeA"), transpose_b = call.instruction().flag("transposeB");
  const size_t rank = shape.size();
  const int64_t batch = span_count(shape, 0, rank - 2), rows = shape[rank - 2], columns = shape[rank - 1];
  const int64_t depth = a_shape[transpose_a ? rank - 2 : rank - 1];
  const int64_t a_row = transpose_a ? 1 : depth, a_column = transpose_a ? rows : 1;
  const T *a = call.operand<T>(0), *b = call.operand<T>(1);
  T* y = call.result<T>();
  std::vector<T> straight(transpose_b ? static_cast<size_t>(depth * columns) : 0);
  std::vector<double> sums(static_cast<size_t>(kRowBlock * columns));
  for (int64_t n = 0; n < batch; ++n, a += rows * depth, b += depth * columns, y += rows * columns) {
    if (transpose_b) transpose_into(b, columns, depth, straight.data());
    const T* b_rows = transpose_b ? straight.data() : b;
    for (int64_t first = 0; first < rows; first += kRowBlock) {
      const int64_t height = std::min(kRowBlock, rows - first);
      std::fill(sums.begin(), sums.end(), 0.0);
      for (int64_t k = 0; k < depth; k += kDepthBlock) {
        for (int64_t i = 0; i < height; ++i) {
          const T* factors = a + (first + i) * a_row + k * a_column;
          add_scaled_rows(sums.data() + i * columns, columns, factors, a_column, b_rows + k * columns, columns,
                          std::min(kDepthBlock, depth - k));
        }
      }
      store_row(sums.data(), y + first * columns, height * columns);
    }
  }
}

void run_matmul(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { matmul<T>(call); });
}

const Registration registration{"matmul", run_matmul};

}  // namespace
}  // namespace laminet::reference
