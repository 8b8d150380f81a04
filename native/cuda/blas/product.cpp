// Row-major matrices are transposed column-major ones, which is what cuBLASLt is fastest with: y = a b is computed as y^T = b^T a^T, so its
// first matrix is b, its rows are our columns, and a bias along its rows is ours along columns. Nothing is copied.
#include "product.h"

#include <limits>

#include "status.h"

namespace laminet::cuda::blas {

namespace {

// What NVIDIA recommends for the newest GPUs (cuBLAS documentation, cublasSetWorkspace: 32 MiB on sm_90).
constexpr uint64_t kMostWorkspace = uint64_t{32} << 20;

// Every address is a multiple of this; the heuristics read it off the bias pointer.
constexpr uintptr_t kAlignment = 256;

cudaDataType_t data_type(DType dtype) {
  switch (dtype) {
    case DType::f64: return CUDA_R_64F;
    case DType::bf16: return CUDA_R_16BF;
    case DType::f16: return CUDA_R_16F;
    default: return CUDA_R_32F;
  }
}

cublasComputeType_t compute_type(const Product& product) {
  if (product.dtype == DType::f64) return CUBLAS_COMPUTE_64F;
  return product.dtype == DType::f32 && product.tensor_float32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

cublasLtEpilogue_t epilogue_of(Epilogue epilogue) {
  switch (epilogue) {
    case Epilogue::bias: return CUBLASLT_EPILOGUE_BIAS;
    case Epilogue::bias_relu: return CUBLASLT_EPILOGUE_RELU_BIAS;
    case Epilogue::bias_gradient: return CUBLASLT_EPILOGUE_BGRADA;  // its matrix A is our b
    default: return CUBLASLT_EPILOGUE_DEFAULT;
  }
}

// A row-major matrix as the library sees it: rows and columns exchanged.
Matrices seen(const Product& product, int64_t rows, int64_t columns, bool transposed, const std::string& place) {
  return transposed ? Matrices(data_type(product.dtype), rows, columns, product.batch, place)
                    : Matrices(data_type(product.dtype), columns, rows, product.batch, place);
}

bool fits(int64_t size) { return size <= std::numeric_limits<int32_t>::max(); }

std::string why_not(const Product& product) {
  if (product.batch == 0 || product.rows == 0 || product.columns == 0 || product.depth == 0)
    return "cuBLASLt multiplies no matrices without elements";
  if (!fits(product.batch) || !fits(product.rows) || !fits(product.columns) || !fits(product.depth))
    return "cuBLASLt takes sizes below 2^31";
  if (product.epilogue == Epilogue::none) return "";
  if (product.dtype == DType::f64) return "cuBLASLt has no epilogue in float64";
  if (product.epilogue == Epilogue::bias_gradient && (product.batch != 1 || !product.transpose_a || product.transpose_b))
    return "cuBLASLt adds up the gradient of a bias in products of x^T and dy only";
  return "";
}

}  // namespace

Multiplication::Multiplication(const Product& product, const std::string& place)
    : place_(place),
      in_double_(product.dtype == DType::f64),
      operation_(compute_type(product), in_double_ ? CUDA_R_64F : CUDA_R_32F, place),
      first_(seen(product, product.depth, product.columns, product.transpose_b, place)),
      second_(seen(product, product.rows, product.depth, product.transpose_a, place)),
      result_(seen(product, product.rows, product.columns, false, place)) {
  operation_.set(CUBLASLT_MATMUL_DESC_TRANSA, product.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N, place);
  operation_.set(CUBLASLT_MATMUL_DESC_TRANSB, product.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N, place);
  if (product.epilogue == Epilogue::none) return;
  operation_.set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue_of(product.epilogue), place);
  set_bias(reinterpret_cast<const void*>(kAlignment));
}

std::unique_ptr<Multiplication> Multiplication::choose(cublasLtHandle_t handle, const Product& product, const std::string& place,
                                                       std::string& refusal) {
  refusal = why_not(product);
  if (!refusal.empty()) return nullptr;
  std::unique_ptr<Multiplication> chosen(new Multiplication(product, place));
  const Preference preference(kMostWorkspace, place);
  cublasLtMatmulHeuristicResult_t best{};
  int found = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(handle, chosen->operation_.get(), chosen->first_.get(), chosen->second_.get(), chosen->result_.get(),
                                     chosen->result_.get(), preference.get(), 1, &best, &found);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || (status == CUBLAS_STATUS_SUCCESS && (found == 0 || best.state != CUBLAS_STATUS_SUCCESS))) {
    refusal = "cuBLASLt has no algorithm for it";
    return nullptr;
  }
  check(status, "cublasLtMatmulAlgoGetHeuristic", place);
  chosen->algorithm_ = best.algo;
  chosen->workspace_bytes_ = best.workspaceSize;
  return chosen;
}

std::string Multiplication::name() const {
  int32_t number = -1;
  size_t written = 0;
  LAMINET_CUBLAS(cublasLtMatmulAlgoConfigGetAttribute(&algorithm_, CUBLASLT_ALGO_CONFIG_ID, &number, sizeof number, &written), place_);
  return "algorithm " + std::to_string(number);
}

void Multiplication::set_bias(const void* bias) { operation_.set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias, place_); }

void Multiplication::run(cublasLtHandle_t handle, const Addresses& at, void* workspace, cudaStream_t stream) const {
  static constexpr float kOne = 1, kZero = 0;
  static constexpr double kOneDouble = 1, kZeroDouble = 0;
  const void *alpha = &kOne, *beta = &kZero;
  if (in_double_) {
    alpha = &kOneDouble;
    beta = &kZeroDouble;
  }
  LAMINET_CUBLAS(cublasLtMatmul(handle, operation_.get(), alpha, at.b, first_.get(), at.a, second_.get(), beta, at.y, result_.get(), at.y,
                                result_.get(), &algorithm_, workspace, workspace_bytes_, stream),
                 place_);
}

}  // namespace laminet::cuda::blas
