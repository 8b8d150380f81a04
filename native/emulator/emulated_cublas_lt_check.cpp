#include "emulated_cublas_lt.h"

namespace laminet::emulated_cublas_lt {

namespace {

bool is_known(cudaDataType_t type) { return type == CUDA_R_32F || type == CUDA_R_64F || type == CUDA_R_16F || type == CUDA_R_16BF; }

bool is_consistent(const Layout& layout) {
  const auto least = static_cast<int64_t>(layout.order == CUBLASLT_ORDER_COL ? layout.rows : layout.columns);
  return layout.rows > 0 && layout.columns > 0 && layout.leading >= least && layout.batch > 0;
}

bool supports_types(const Problem& problem) {
  const cudaDataType_t in = problem.a.type, out = problem.d.type;
  if (!is_known(in) || !is_known(out) || problem.b.type != in || problem.c.type != out) return false;
  switch (problem.operation.compute) {
    case CUBLAS_COMPUTE_64F:
    case CUBLAS_COMPUTE_64F_PEDANTIC: return in == CUDA_R_64F && out == CUDA_R_64F && problem.operation.scale == CUDA_R_64F;
    case CUBLAS_COMPUTE_32F_FAST_TF32: return in == CUDA_R_32F && out == CUDA_R_32F && problem.operation.scale == CUDA_R_32F;
    case CUBLAS_COMPUTE_32F:
    case CUBLAS_COMPUTE_32F_PEDANTIC: {
      const bool half_in = in == CUDA_R_16F || in == CUDA_R_16BF;
      return problem.operation.scale == CUDA_R_32F && (in == out ? in != CUDA_R_64F : half_in && out == CUDA_R_32F);
    }
    default: return false;
  }
}

cublasStatus_t check_epilogue(const Problem& problem) {
  const Operation& operation = problem.operation;
  switch (operation.epilogue) {
    case CUBLASLT_EPILOGUE_DEFAULT: return CUBLAS_STATUS_SUCCESS;
    case CUBLASLT_EPILOGUE_RELU: break;
    case CUBLASLT_EPILOGUE_BIAS:
    case CUBLASLT_EPILOGUE_RELU_BIAS:
    case CUBLASLT_EPILOGUE_BGRADA:
    case CUBLASLT_EPILOGUE_BGRADB:
      if (operation.bias == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
      break;
    default: return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  if (problem.d.type == CUDA_R_64F) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (operation.bias_type != -1 && operation.bias_type != problem.d.type) return CUBLAS_STATUS_NOT_SUPPORTED;
  const bool gradient = operation.epilogue == CUBLASLT_EPILOGUE_BGRADA || operation.epilogue == CUBLASLT_EPILOGUE_BGRADB;
  return gradient && problem.d.batch != 1 ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS;
}

}  // namespace

size_t type_bytes(cudaDataType_t type) {
  switch (type) {
    case CUDA_R_64F: return 8;
    case CUDA_R_16F:
    case CUDA_R_16BF: return 2;
    default: return 4;
  }
}

size_t Layout::span() const {
  return static_cast<size_t>(offset(batch - 1, static_cast<int64_t>(rows) - 1, static_cast<int64_t>(columns) - 1) + 1) * type_bytes(type);
}

cublasStatus_t check(const Problem& problem) {
  const Operation& operation = problem.operation;
  for (const Layout* layout : {&problem.a, &problem.b, &problem.c, &problem.d}) {
    if (!is_consistent(*layout) || layout->batch != problem.d.batch) return CUBLAS_STATUS_INVALID_VALUE;
    if (layout->order != CUBLASLT_ORDER_COL && layout->order != CUBLASLT_ORDER_ROW) return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  const bool turn_a = operation.transpose_a != CUBLAS_OP_N, turn_b = operation.transpose_b != CUBLAS_OP_N;
  const uint64_t rows = turn_a ? problem.a.columns : problem.a.rows, depth = turn_a ? problem.a.rows : problem.a.columns;
  const uint64_t columns = turn_b ? problem.b.rows : problem.b.columns, depth_b = turn_b ? problem.b.columns : problem.b.rows;
  if (depth != depth_b || problem.d.rows != rows || problem.d.columns != columns) return CUBLAS_STATUS_INVALID_VALUE;
  if (problem.c.rows != problem.d.rows || problem.c.columns != problem.d.columns) return CUBLAS_STATUS_INVALID_VALUE;
  if (operation.pointer_mode != CUBLASLT_POINTER_MODE_HOST || !supports_types(problem)) return CUBLAS_STATUS_NOT_SUPPORTED;
  return check_epilogue(problem);
}

}  // namespace laminet::emulated_cublas_lt
