// The descriptors of the emulated cuBLASLt: what the library's opaque handles point to.
#pragma once

#include <cublasLt.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace laminet::emulated_cublas_lt {

struct Layout {
  cudaDataType_t type = CUDA_R_32F;
  int32_t order = CUBLASLT_ORDER_COL;
  uint64_t rows = 0, columns = 0;
  int64_t leading = 0;  // elements between columns (of column-major matrices) or rows
  int32_t batch = 1;
  int64_t batch_stride = 0;

  // Of the element in row i and column j of matrix n, in elements.
  int64_t offset(int64_t n, int64_t i, int64_t j) const {
    return n * batch_stride + (order == CUBLASLT_ORDER_COL ? j * leading + i : i * leading + j);
  }
  size_t span() const;  // bytes to the end of the last element
};

struct Operation {
  int32_t compute = CUBLAS_COMPUTE_32F, scale = CUDA_R_32F;
  int32_t pointer_mode = CUBLASLT_POINTER_MODE_HOST;
  int32_t transpose_a = CUBLAS_OP_N, transpose_b = CUBLAS_OP_N;
  uint32_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  char* bias = nullptr;
  int64_t bias_stride = 0;
  int32_t bias_type = -1;
};

struct Preference {
  uint32_t search_mode = CUBLASLT_SEARCH_BEST_FIT;
  uint64_t workspace = 0;
  uint32_t reduction_mask = CUBLASLT_REDUCTION_SCHEME_MASK;
};

// A kind of algorithm: what cublasLtMatmulAlgo_t says.
struct Algorithm {
  int32_t id = 0;
  int32_t split = 1;  // of the depth
  uint64_t workspace = 0;
};

// The four matrices of D = alpha op(A) op(B) + beta C.
struct Problem {
  Operation operation;
  Layout a, b, c, d;

  int64_t depth() const { return static_cast<int64_t>(operation.transpose_a == CUBLAS_OP_N ? a.columns : a.rows); }
};

size_t type_bytes(cudaDataType_t type);

// CUBLAS_STATUS_SUCCESS, INVALID_VALUE for what contradicts itself, NOT_SUPPORTED for what the library's documentation does not list
// (cuBLAS documentation, cublasLtMatmul: the table of types).
cublasStatus_t check(const Problem& problem);

// Runs the problem on memory, in double precision. `tensor_float32`: float32 operands are rounded to TF32 first.
void multiply(const Problem& problem, double alpha, const char* a, const char* b, double beta, const char* c, char* d, bool tensor_float32);

}  // namespace laminet::emulated_cublas_lt
