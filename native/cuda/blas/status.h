// Statuses of cuBLASLt.
#pragma once

#include <cublasLt.h>

#include <string>

namespace laminet::cuda::blas {

// Throws Error DEVICE or OUT_OF_MEMORY: "<place>: cublasLtMatmul: ... (CUBLAS_STATUS_EXECUTION_FAILED)". `call` may be written with its
// arguments.
void check(cublasStatus_t status, const char* call, const std::string& place);

#define LAMINET_CUBLAS(call, place) laminet::cuda::blas::check((call), #call, place)

}  // namespace laminet::cuda::blas
