// libcublasLt.so.13 for tests without a GPU: matrix products on the CPU, over memory of the emulated libcudart.
#include "emulated_cublas_lt.h"

#include <cuda_runtime_api.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "asked_fault.h"
#include "enqueue.h"
#include "numbers.h"

using namespace laminet::emulated_cublas_lt;

struct cublasLtContext {
  char unused = 0;
};

namespace {

// A product in a stream's queue.
struct Launch {
  Problem problem;
  double alpha, beta;
  const char *a, *b, *c;
  char *d, *workspace;
  size_t workspace_bytes;
};

bool has_vector(const Operation& operation) {
  return operation.epilogue != CUBLASLT_EPILOGUE_DEFAULT && operation.epilogue != CUBLASLT_EPILOGUE_RELU;
}

// Of the bias, or of its gradient.
size_t vector_bytes(const Problem& problem) {
  const bool along_columns = problem.operation.epilogue == CUBLASLT_EPILOGUE_BGRADB;
  return (along_columns ? problem.d.columns : problem.d.rows) * type_bytes(problem.d.type);
}

char* behind(const char* pointer, size_t bytes) { return static_cast<char*>(laminet_emulator_memory_behind(pointer, bytes)); }

void run(void* state) {
  const Launch& launch = *static_cast<const Launch*>(state);
  Problem problem = launch.problem;
  if (launch.workspace_bytes > 0) std::memset(behind(launch.workspace, launch.workspace_bytes), 0xa5, launch.workspace_bytes);
  if (has_vector(problem.operation)) problem.operation.bias = behind(problem.operation.bias, vector_bytes(problem));
  const bool tensor_float32 = laminet::emulator::emulates_tensor_float32() && problem.operation.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
  multiply(problem, launch.alpha, behind(launch.a, problem.a.span()), behind(launch.b, problem.b.span()), launch.beta,
           behind(launch.c, problem.c.span()), behind(launch.d, problem.d.span()), tensor_float32);
}

void destroy(void* state) { delete static_cast<Launch*>(state); }

Problem problem_of(cublasLtMatmulDesc_t operation, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
                   cublasLtMatrixLayout_t d) {
  const auto layout = [](cublasLtMatrixLayout_t handle) { return *reinterpret_cast<const Layout*>(handle); };
  return {*reinterpret_cast<const Operation*>(operation), layout(a), layout(b), layout(c), layout(d)};
}

double scalar(const Problem& problem, const void* value) {
  return problem.operation.scale == CUDA_R_64F ? *static_cast<const double*>(value)
                                               : static_cast<double>(*static_cast<const float*>(value));
}

// The algorithms, the best first: one that splits deep products and adds the parts up in workspace, one that does not.
std::vector<Algorithm> algorithms(const Problem& problem, const Preference& preference) {
  std::vector<Algorithm> found;
  const uint64_t parts = problem.d.rows * problem.d.columns * 2 * sizeof(float);
  if (problem.depth() >= 16 && parts <= preference.workspace && (preference.reduction_mask & CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE) != 0)
    found.push_back({.id = 21, .split = 2, .workspace = parts});
  found.push_back({.id = 6});
  return found;
}

Algorithm algorithm_of(const cublasLtMatmulAlgo_t& algo) {
  Algorithm algorithm;
  std::memcpy(static_cast<void*>(&algorithm), &algo, sizeof algorithm);
  return algorithm;
}

// EMULATED_CUBLAS_LT_FAIL (asked_fault.h; the status as a number).
cublasStatus_t fault(const char* function) {
  return static_cast<cublasStatus_t>(std::atoi(laminet::emulator::asked_fault("EMULATED_CUBLAS_LT_FAIL", function).c_str()));
}

bool is_memory(const void* pointer, size_t bytes, size_t alignment) {
  return pointer != nullptr && reinterpret_cast<uintptr_t>(pointer) % alignment == 0 && laminet_emulator_device_bytes(pointer) >= bytes;
}

// Everything that the product touches is memory of the device; the result meets no operand.
bool is_sound(const Launch& launch) {
  const Problem& problem = launch.problem;
  const size_t element = type_bytes(problem.d.type);
  if (!is_memory(launch.a, problem.a.span(), type_bytes(problem.a.type)) ||
      !is_memory(launch.b, problem.b.span(), type_bytes(problem.b.type)))
    return false;
  if (!is_memory(launch.c, problem.c.span(), element) || !is_memory(launch.d, problem.d.span(), element)) return false;
  if (launch.workspace_bytes > 0 && !is_memory(launch.workspace, launch.workspace_bytes, 256)) return false;
  if (has_vector(problem.operation) && !is_memory(problem.operation.bias, vector_bytes(problem), element)) return false;
  const auto apart = [&](const char* operand, size_t bytes) {
    return operand + bytes <= launch.d || launch.d + problem.d.span() <= operand;
  };
  return apart(launch.a, problem.a.span()) && apart(launch.b, problem.b.span());
}

}  // namespace

extern "C" {

size_t cublasLtGetVersion() { return CUBLAS_VER_MAJOR * 10000 + CUBLAS_VER_MINOR * 100 + CUBLAS_VER_PATCH; }
size_t cublasLtGetCudartVersion() { return CUDART_VERSION; }

#define LAMINET_STATUS(status) \
  case status: return #status;
const char* cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
    LAMINET_STATUS(CUBLAS_STATUS_SUCCESS)
    LAMINET_STATUS(CUBLAS_STATUS_NOT_INITIALIZED)
    LAMINET_STATUS(CUBLAS_STATUS_ALLOC_FAILED)
    LAMINET_STATUS(CUBLAS_STATUS_INVALID_VALUE)
    LAMINET_STATUS(CUBLAS_STATUS_ARCH_MISMATCH)
    LAMINET_STATUS(CUBLAS_STATUS_MAPPING_ERROR)
    LAMINET_STATUS(CUBLAS_STATUS_EXECUTION_FAILED)
    LAMINET_STATUS(CUBLAS_STATUS_INTERNAL_ERROR)
    LAMINET_STATUS(CUBLAS_STATUS_NOT_SUPPORTED)
    LAMINET_STATUS(CUBLAS_STATUS_LICENSE_ERROR)
  }
  return "unrecognized status";
}
#undef LAMINET_STATUS

const char* cublasLtGetStatusString(cublasStatus_t status) { return status == CUBLAS_STATUS_SUCCESS ? "success" : "a failure"; }

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  if (const cublasStatus_t status = fault("cublasLtCreate"); status != CUBLAS_STATUS_SUCCESS) return status;
  if (handle == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) return CUBLAS_STATUS_NOT_INITIALIZED;
  *handle = new cublasLtContext;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation, cublasLtMatrixLayout_t a,
                                              cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int requested,
                                              cublasLtMatmulHeuristicResult_t* results, int* returned) {
  if (const cublasStatus_t status = fault("cublasLtMatmulAlgoGetHeuristic"); status != CUBLAS_STATUS_SUCCESS) return status;
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (requested <= 0 || results == nullptr || returned == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  *returned = 0;
  const Problem problem = problem_of(operation, a, b, c, d);
  if (const cublasStatus_t status = check(problem); status != CUBLAS_STATUS_SUCCESS) return status;
  for (const Algorithm& algorithm : algorithms(problem, *reinterpret_cast<const Preference*>(preference))) {
    if (*returned == requested) break;
    cublasLtMatmulHeuristicResult_t& result = results[(*returned)++];
    result = {.algo = {}, .workspaceSize = algorithm.workspace, .state = CUBLAS_STATUS_SUCCESS, .wavesCount = 1, .reserved = {}};
    std::memcpy(&result.algo, &algorithm, sizeof algorithm);
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algo, cublasLtMatmulAlgoConfigAttributes_t attribute,
                                                    void* value, size_t bytes, size_t* written) {
  const Algorithm algorithm = algorithm_of(*algo);
  if (value == nullptr || bytes != sizeof(int32_t)) return CUBLAS_STATUS_INVALID_VALUE;
  if (attribute != CUBLASLT_ALGO_CONFIG_ID && attribute != CUBLASLT_ALGO_CONFIG_SPLITK_NUM) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(value, attribute == CUBLASLT_ALGO_CONFIG_ID ? &algorithm.id : &algorithm.split, bytes);
  if (written != nullptr) *written = bytes;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t operation, const void* alpha, const void* A,
                              cublasLtMatrixLayout_t a, const void* B, cublasLtMatrixLayout_t b, const void* beta, const void* C,
                              cublasLtMatrixLayout_t c, void* D, cublasLtMatrixLayout_t d, const cublasLtMatmulAlgo_t* algo,
                              void* workspace, size_t workspace_bytes, cudaStream_t stream) {
  if (const cublasStatus_t status = fault("cublasLtMatmul"); status != CUBLAS_STATUS_SUCCESS) return status;
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (alpha == nullptr || beta == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  const Problem problem = problem_of(operation, a, b, c, d);
  if (const cublasStatus_t status = check(problem); status != CUBLAS_STATUS_SUCCESS) return status;
  const Algorithm algorithm = algo == nullptr ? Algorithm{} : algorithm_of(*algo);
  if (workspace_bytes < algorithm.workspace) return CUBLAS_STATUS_INVALID_VALUE;
  auto launch = std::make_unique<Launch>(Launch{problem, scalar(problem, alpha), scalar(problem, beta), static_cast<const char*>(A),
                                                static_cast<const char*>(B), static_cast<const char*>(C), static_cast<char*>(D),
                                                static_cast<char*>(workspace), workspace_bytes});
  if (!is_sound(*launch)) return CUBLAS_STATUS_EXECUTION_FAILED;
  const cudaError_t status = laminet_emulator_enqueue(stream, "cublasLtMatmul", run, launch.release(), destroy);
  return status == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

}  // extern "C"
