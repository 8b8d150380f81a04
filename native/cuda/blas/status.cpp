#include "status.h"

#include "runtime/program.h"

namespace laminet::cuda::blas {

void check(cublasStatus_t status, const char* call, const std::string& place) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string written = call, function = written.substr(0, written.find('('));
  throw Error(status == CUBLAS_STATUS_ALLOC_FAILED ? "OUT_OF_MEMORY" : "DEVICE",
              place + ": " + function + ": " + cublasLtGetStatusString(status) + " (" + cublasLtGetStatusName(status) + ")");
}

}  // namespace laminet::cuda::blas
