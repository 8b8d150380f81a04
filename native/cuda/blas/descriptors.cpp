#include "descriptors.h"

#include "status.h"

namespace laminet::cuda::blas {

Operation::Operation(cublasComputeType_t compute, cudaDataType_t scale, const std::string& place) {
  LAMINET_CUBLAS(cublasLtMatmulDescCreate(&handle_, compute, scale), place);
}

void Operation::write(cublasLtMatmulDescAttributes_t attribute, const void* value, size_t bytes, const std::string& place) {
  LAMINET_CUBLAS(cublasLtMatmulDescSetAttribute(handle_, attribute, value, bytes), place);
}

Matrices::Matrices(cudaDataType_t type, int64_t rows, int64_t columns, int64_t batch, const std::string& place) {
  LAMINET_CUBLAS(cublasLtMatrixLayoutCreate(&handle_, type, static_cast<uint64_t>(rows), static_cast<uint64_t>(columns), rows), place);
  if (batch == 1) return;
  const auto count = static_cast<int32_t>(batch);
  const int64_t stride = rows * columns;
  LAMINET_CUBLAS(cublasLtMatrixLayoutSetAttribute(handle_, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof count), place);
  LAMINET_CUBLAS(cublasLtMatrixLayoutSetAttribute(handle_, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride, sizeof stride), place);
}

Preference::Preference(uint64_t workspace_bytes, const std::string& place) {
  LAMINET_CUBLAS(cublasLtMatmulPreferenceCreate(&handle_), place);
  const uint32_t reduction = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
  LAMINET_CUBLAS(
      cublasLtMatmulPreferenceSetAttribute(handle_, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace_bytes, sizeof workspace_bytes),
      place);
  LAMINET_CUBLAS(cublasLtMatmulPreferenceSetAttribute(handle_, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &reduction, sizeof reduction),
                 place);
}

}  // namespace laminet::cuda::blas
