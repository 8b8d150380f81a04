#include <algorithm>
#include <vector>

#include "emulated_cublas_lt.h"
#include "numbers.h"

namespace laminet::emulated_cublas_lt {

namespace {

using Dense = std::vector<double>;

template <typename Body>
auto with_type(cudaDataType_t type, Body body) {
  switch (type) {
    case CUDA_R_64F: return body(double{});
    case CUDA_R_16F: return body(float16{});
    case CUDA_R_16BF: return body(bfloat16{});
    default: return body(float{});
  }
}

double read(cudaDataType_t type, const char* memory, int64_t element) {
  return with_type(type, [&]<typename T>(T) { return emulator::widen(reinterpret_cast<const T*>(memory)[element]); });
}

void write(cudaDataType_t type, char* memory, int64_t element, double value) {
  with_type(type, [&]<typename T>(T) { reinterpret_cast<T*>(memory)[element] = T(value); });
}

// op(matrix n), row-major and dense.
Dense load(const Layout& layout, int32_t transpose, const char* memory, int64_t n, bool tensor_float32) {
  const bool turned = transpose != CUBLAS_OP_N;
  const auto rows = static_cast<int64_t>(turned ? layout.columns : layout.rows),
             columns = static_cast<int64_t>(turned ? layout.rows : layout.columns);
  Dense values(static_cast<size_t>(rows * columns));
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      const double value = read(layout.type, memory, turned ? layout.offset(n, j, i) : layout.offset(n, i, j));
      values[i * columns + j] = tensor_float32 && layout.type == CUDA_R_32F ? emulator::rounded_to_tensor_float32(value) : value;
    }
  return values;
}

// sums[j] += sum over k of factors[k] * rows[k, j]. Four rows a pass: the sums go to and from the cache less often.
void add_products(double* __restrict__ sums, const double* factors, const double* __restrict__ rows, int64_t depth, int64_t columns) {
  int64_t k = 0;
  for (; k + 4 <= depth; k += 4, factors += 4, rows += 4 * columns)
    for (int64_t j = 0; j < columns; ++j)
      sums[j] += factors[0] * rows[j] + factors[1] * rows[columns + j] + factors[2] * rows[2 * columns + j] + factors[3] * rows[3 * columns + j];
  for (; k < depth; ++k, ++factors, rows += columns)
    for (int64_t j = 0; j < columns; ++j) sums[j] += factors[0] * rows[j];
}

// BGRADA: the sums of op(A)'s rows; BGRADB: of op(B)'s columns; both over the depth.
void write_bias_gradient(const Problem& problem, const Dense& a, const Dense& b) {
  const int64_t depth = problem.depth();
  if (problem.operation.epilogue == CUBLASLT_EPILOGUE_BGRADA) {
    for (int64_t i = 0; i < static_cast<int64_t>(problem.d.rows); ++i) {
      double sum = 0;
      for (int64_t k = 0; k < depth; ++k) sum += a[i * depth + k];
      write(problem.d.type, problem.operation.bias, i, sum);
    }
  } else if (problem.operation.epilogue == CUBLASLT_EPILOGUE_BGRADB) {
    const auto columns = static_cast<int64_t>(problem.d.columns);
    for (int64_t j = 0; j < columns; ++j) {
      double sum = 0;
      for (int64_t k = 0; k < depth; ++k) sum += b[k * columns + j];
      write(problem.d.type, problem.operation.bias, j, sum);
    }
  }
}

}  // namespace

void multiply(const Problem& problem, double alpha, const char* a, const char* b, double beta, const char* c, char* d,
              bool tensor_float32) {
  const Operation& operation = problem.operation;
  const auto rows = static_cast<int64_t>(problem.d.rows), columns = static_cast<int64_t>(problem.d.columns);
  const int64_t depth = problem.depth();
  const bool has_bias = operation.epilogue == CUBLASLT_EPILOGUE_BIAS || operation.epilogue == CUBLASLT_EPILOGUE_RELU_BIAS;
  const bool rectified = operation.epilogue == CUBLASLT_EPILOGUE_RELU || operation.epilogue == CUBLASLT_EPILOGUE_RELU_BIAS;
  Dense sums(static_cast<size_t>(columns));
  for (int64_t n = 0; n < problem.d.batch; ++n) {
    const Dense left = load(problem.a, operation.transpose_a, a, n, tensor_float32),
                right = load(problem.b, operation.transpose_b, b, n, tensor_float32);
    for (int64_t i = 0; i < rows; ++i) {
      std::fill(sums.begin(), sums.end(), 0.0);
      add_products(sums.data(), &left[i * depth], right.data(), depth, columns);
      for (int64_t j = 0; j < columns; ++j) {
        double value = alpha * sums[j];
        if (beta != 0) value += beta * read(problem.c.type, c, problem.c.offset(n, i, j));
        if (has_bias) value += read(problem.d.type, operation.bias, n * operation.bias_stride + i);
        write(problem.d.type, d, problem.d.offset(n, i, j), rectified && value < 0 ? 0 : value);
      }
    }
    write_bias_gradient(problem, left, right);
  }
}

}  // namespace laminet::emulated_cublas_lt
