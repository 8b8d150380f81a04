// The emulated cuBLASLt against products by their definition: orders, leading dimensions, transposes, batches, types, epilogues; and what
// it refuses. What a row-major caller asks of it is in cuda_matmul.cpp.
#include <cublasLt.h>

#include <filesystem>

#include "check.h"
#include "cudnn_numbers.h"
#include "emulated_device.h"

namespace laminet::test {
namespace {

// The functions of one libcublasLt, the real or the emulated one.
struct CublasLt {
  explicit CublasLt(const std::string& path) {
    emulated();  // the runtime first
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());
    load(create, "cublasLtCreate");
    load(layout_create, "cublasLtMatrixLayoutCreate");
    load(layout_destroy, "cublasLtMatrixLayoutDestroy");
    load(layout_set, "cublasLtMatrixLayoutSetAttribute");
    load(operation_create, "cublasLtMatmulDescCreate");
    load(operation_destroy, "cublasLtMatmulDescDestroy");
    load(operation_set, "cublasLtMatmulDescSetAttribute");
    load(preference_create, "cublasLtMatmulPreferenceCreate");
    load(preference_destroy, "cublasLtMatmulPreferenceDestroy");
    load(preference_set, "cublasLtMatmulPreferenceSetAttribute");
    load(heuristic, "cublasLtMatmulAlgoGetHeuristic");
    load(matmul, "cublasLtMatmul");
    load(name, "cublasLtGetStatusName");
    load(version, "cublasLtGetVersion");
  }
  template <typename Function>
  void load(Function& function, const char* symbol) {
    function = reinterpret_cast<Function>(dlsym(library, symbol));
    if (function == nullptr) throw std::runtime_error(dlerror());
  }

  void* library;
  cublasLtHandle_t handle = nullptr;
  decltype(&cublasLtCreate) create;
  decltype(&cublasLtMatrixLayoutCreate) layout_create;
  decltype(&cublasLtMatrixLayoutDestroy) layout_destroy;
  decltype(&cublasLtMatrixLayoutSetAttribute) layout_set;
  decltype(&cublasLtMatmulDescCreate) operation_create;
  decltype(&cublasLtMatmulDescDestroy) operation_destroy;
  decltype(&cublasLtMatmulDescSetAttribute) operation_set;
  decltype(&cublasLtMatmulPreferenceCreate) preference_create;
  decltype(&cublasLtMatmulPreferenceDestroy) preference_destroy;
  decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set;
  decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic;
  decltype(&cublasLtMatmul) matmul;
  decltype(&cublasLtGetStatusName) name;
  decltype(&cublasLtGetVersion) version;
};

CublasLt& lt() {
  static auto* const loaded = [] {
    auto* const library = new CublasLt(emulated_folder() + "/libcublasLt.so.13");
    library->create(&library->handle);
    return library;
  }();
  return *loaded;
}

struct Types {
  cudnnDataType_t cudnn;
  cudaDataType_t cuda;
  cublasComputeType_t compute;
  cudaDataType_t scale;
};

const Types kFloat{CUDNN_DATA_FLOAT, CUDA_R_32F, CUBLAS_COMPUTE_32F, CUDA_R_32F};
const Types kAllTypes[] = {kFloat,
                           {CUDNN_DATA_FLOAT, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F},
                           {CUDNN_DATA_DOUBLE, CUDA_R_64F, CUBLAS_COMPUTE_64F, CUDA_R_64F},
                           {CUDNN_DATA_HALF, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDA_R_32F},
                           {CUDNN_DATA_BFLOAT16, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F}};

// A stack of matrices with two columns (or rows) more than it uses between its own.
struct Matrix {
  int64_t batch, rows, columns;
  bool by_rows = false;

  int64_t leading() const { return (by_rows ? columns : rows) + 2; }
  Sizes sizes() const { return {batch, rows, columns}; }
  Sizes strides() const { return {leading() * (by_rows ? rows : columns), by_rows ? leading() : 1, by_rows ? 1 : leading()}; }
  TestTensor tensor(cudnnDataType_t type) const { return {0, sizes(), strides(), type}; }
};

class Layout {
 public:
  Layout(const Matrix& matrix, cudaDataType_t type) {
    lt().layout_create(&handle, type, static_cast<uint64_t>(matrix.rows), static_cast<uint64_t>(matrix.columns), matrix.leading());
    const int32_t order = matrix.by_rows ? CUBLASLT_ORDER_ROW : CUBLASLT_ORDER_COL, count = static_cast<int32_t>(matrix.batch);
    const int64_t stride = matrix.strides()[0];
    lt().layout_set(handle, CUBLASLT_MATRIX_LAYOUT_ORDER, &order, sizeof order);
    lt().layout_set(handle, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof count);
    lt().layout_set(handle, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride, sizeof stride);
  }
  ~Layout() { lt().layout_destroy(handle); }
  cublasLtMatrixLayout_t handle = nullptr;
};

struct Problem {
  Types types = kFloat;
  int64_t batch = 1, rows = 3, columns = 4, depth = 5;
  bool turn_a = false, turn_b = false, rows_a = false, rows_b = false, rows_d = false;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  double alpha = 1, beta = 0;
};

Numbers read(const Matrix& matrix, cudnnDataType_t type, const DeviceArray& memory) {
  return matrix.tensor(type).numbers(memory.contents());
}

// Runs the problem and compares D and the vector of the epilogue with their definitions.
void check_problem(const Problem& p, const char* file, int line) {
  const Matrix a{p.batch, p.turn_a ? p.depth : p.rows, p.turn_a ? p.rows : p.depth, p.rows_a},
      b{p.batch, p.turn_b ? p.columns : p.depth, p.turn_b ? p.depth : p.columns, p.rows_b};
  const Matrix d{p.batch, p.rows, p.columns, p.rows_d};
  const Numbers as = eighths(a.sizes(), 1), bs = eighths(b.sizes(), 2), cs = eighths(d.sizes(), 3);
  const bool gradient_a = p.epilogue == CUBLASLT_EPILOGUE_BGRADA, gradient_b = p.epilogue == CUBLASLT_EPILOGUE_BGRADB;
  const bool biased = p.epilogue == CUBLASLT_EPILOGUE_BIAS || p.epilogue == CUBLASLT_EPILOGUE_RELU_BIAS;
  const bool rectified = p.epilogue == CUBLASLT_EPILOGUE_RELU || p.epilogue == CUBLASLT_EPILOGUE_RELU_BIAS;
  const TestTensor vector{0, {gradient_b ? p.columns : p.rows}, {1}, p.types.cudnn};
  const Numbers biases = eighths(vector.sizes, 4);
  const auto at = [](const Matrix& m, const Numbers& numbers, int64_t n, int64_t i, int64_t j) {
    return numbers[(n * m.rows + i) * m.columns + j];
  };
  Numbers expected, gradient(static_cast<size_t>(vector.sizes[0]), 0.0);
  for (int64_t n = 0; n < p.batch; ++n)
    for (int64_t i = 0; i < p.rows; ++i)
      for (int64_t j = 0; j < p.columns; ++j) {
        double sum = 0;
        for (int64_t k = 0; k < p.depth; ++k) {
          const double left = p.turn_a ? at(a, as, n, k, i) : at(a, as, n, i, k),
                       right = p.turn_b ? at(b, bs, n, j, k) : at(b, bs, n, k, j);
          sum += left * right;
          if (gradient_a && j == 0) gradient[i] += left;
          if (gradient_b && i == 0) gradient[j] += right;
        }
        const double value = p.alpha * sum + p.beta * at(d, cs, n, i, j) + (biased ? biases[i] : 0);
        expected.push_back(rectified ? std::max(value, 0.0) : value);
      }
  const DeviceArray am(a.tensor(p.types.cudnn).bytes(as)), bm(b.tensor(p.types.cudnn).bytes(bs)), dm(d.tensor(p.types.cudnn).bytes(cs)),
      vm(vector.bytes(biases));
  const Layout al(a, p.types.cuda), bl(b, p.types.cuda), dl(d, p.types.cuda);
  cublasLtMatmulDesc_t operation = nullptr;
  lt().operation_create(&operation, p.types.compute, p.types.scale);
  const int32_t turn_a = p.turn_a ? CUBLAS_OP_T : CUBLAS_OP_N, turn_b = p.turn_b ? CUBLAS_OP_T : CUBLAS_OP_N;
  void* const pointer = vm.data();
  lt().operation_set(operation, CUBLASLT_MATMUL_DESC_TRANSA, &turn_a, sizeof turn_a);
  lt().operation_set(operation, CUBLASLT_MATMUL_DESC_TRANSB, &turn_b, sizeof turn_b);
  lt().operation_set(operation, CUBLASLT_MATMUL_DESC_EPILOGUE, &p.epilogue, sizeof p.epilogue);
  lt().operation_set(operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &pointer, sizeof pointer);
  const float alpha = static_cast<float>(p.alpha), beta = static_cast<float>(p.beta);
  const bool in_double = p.types.scale == CUDA_R_64F;
  const void *one = in_double ? static_cast<const void*>(&p.alpha) : &alpha, *other = in_double ? static_cast<const void*>(&p.beta) : &beta;
  const cublasStatus_t status = lt().matmul(lt().handle, operation, one, am.data(), al.handle, bm.data(), bl.handle, other, dm.data(),
                                            dl.handle, dm.data(), dl.handle, nullptr, nullptr, 0, nullptr);
  lt().operation_destroy(operation);
  if (status != CUBLAS_STATUS_SUCCESS) return fail(file, line, lt().name(status));
  const auto close = [&](const Numbers& actual, const Numbers& wanted, const std::string& what) {
    for (size_t element = 0; element < wanted.size(); ++element)
      if (!(std::abs(actual[element] - wanted[element]) <= 4 * precision(p.types.cudnn)))
        return fail(file, line, what + " is " + text(actual) + ", expected " + text(wanted));
  };
  close(read(d, p.types.cudnn, dm), expected, "D");
  if (gradient_a || gradient_b) close(vector.numbers(vm.contents()), gradient, "the gradient of the bias");
}
#define CHECK_PROBLEM(...) check_problem(__VA_ARGS__, __FILE__, __LINE__)

// The status of the heuristics for matrices of these sizes and types.
std::string status_for(const Matrix& a, const Matrix& b, const Matrix& d, const Types& types = kFloat,
                       cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT, const void* bias = reinterpret_cast<void*>(256)) {
  const Layout al(a, types.cuda), bl(b, types.cuda), dl(d, types.cuda);
  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatmulPreference_t preference = nullptr;
  lt().operation_create(&operation, types.compute, types.scale);
  lt().operation_set(operation, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue);
  lt().operation_set(operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias);
  lt().preference_create(&preference);
  cublasLtMatmulHeuristicResult_t results[4];
  int found = 0;
  const cublasStatus_t status =
      lt().heuristic(lt().handle, operation, al.handle, bl.handle, dl.handle, dl.handle, preference, 4, results, &found);
  lt().preference_destroy(preference);
  lt().operation_destroy(operation);
  return lt().name(status);
}

}  // namespace

TEST(orders_transposes_and_types) {
  for (const Types& types : kAllTypes)
    for (int bits = 0; bits < 32; ++bits)
      CHECK_PROBLEM({.types = types,
                     .turn_a = (bits & 1) != 0,
                     .turn_b = (bits & 2) != 0,
                     .rows_a = (bits & 4) != 0,
                     .rows_b = (bits & 8) != 0,
                     .rows_d = (bits & 16) != 0});
}

TEST(batches_alpha_and_beta) {
  for (const Types& types : kAllTypes) CHECK_PROBLEM({.types = types, .batch = 3, .turn_b = true, .alpha = 0.5, .beta = -2});
  CHECK_PROBLEM({.rows = 1, .columns = 1, .depth = 1});
}

TEST(epilogues) {
  for (const Types& types : {kAllTypes[0], kAllTypes[1], kAllTypes[3], kAllTypes[4]})
    for (const cublasLtEpilogue_t epilogue :
         {CUBLASLT_EPILOGUE_RELU, CUBLASLT_EPILOGUE_BIAS, CUBLASLT_EPILOGUE_RELU_BIAS, CUBLASLT_EPILOGUE_BGRADA, CUBLASLT_EPILOGUE_BGRADB})
      for (const bool turned : {false, true}) CHECK_PROBLEM({.types = types, .turn_a = turned, .turn_b = !turned, .epilogue = epilogue});
}

TEST(what_contradicts_itself_or_is_not_supported) {
  const Matrix a{1, 3, 5}, b{1, 5, 4}, d{1, 3, 4};
  CHECK_EQUAL(status_for(a, b, d), "CUBLAS_STATUS_SUCCESS");
  CHECK_EQUAL(status_for(a, {1, 6, 4}, d), "CUBLAS_STATUS_INVALID_VALUE");
  CHECK_EQUAL(status_for(a, b, {1, 3, 5}), "CUBLAS_STATUS_INVALID_VALUE");
  CHECK_EQUAL(status_for(a, b, {2, 3, 4}), "CUBLAS_STATUS_INVALID_VALUE");
  CHECK_EQUAL(status_for({1, 3, 0}, {1, 0, 4}, d), "CUBLAS_STATUS_INVALID_VALUE");
  CHECK_EQUAL(status_for(a, b, d, {CUDNN_DATA_FLOAT, CUDA_R_32F, CUBLAS_COMPUTE_64F, CUDA_R_64F}), "CUBLAS_STATUS_NOT_SUPPORTED");
  CHECK_EQUAL(status_for(a, b, d, {CUDNN_DATA_DOUBLE, CUDA_R_64F, CUBLAS_COMPUTE_32F, CUDA_R_32F}), "CUBLAS_STATUS_NOT_SUPPORTED");
  CHECK_EQUAL(status_for(a, b, d, kAllTypes[2], CUBLASLT_EPILOGUE_BIAS), "CUBLAS_STATUS_NOT_SUPPORTED");
  CHECK_EQUAL(status_for(a, b, d, kFloat, CUBLASLT_EPILOGUE_GELU), "CUBLAS_STATUS_NOT_SUPPORTED");
  CHECK_EQUAL(status_for(a, b, d, kFloat, CUBLASLT_EPILOGUE_BIAS, nullptr), "CUBLAS_STATUS_INVALID_VALUE");
  cublasLtMatmulDesc_t operation = nullptr;
  lt().operation_create(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F);
  const int64_t too_wide = CUBLAS_OP_T;
  CHECK_EQUAL(lt().operation_set(operation, CUBLASLT_MATMUL_DESC_TRANSA, &too_wide, sizeof too_wide), CUBLAS_STATUS_INVALID_VALUE);
  lt().operation_destroy(operation);
  CHECK(lt().version() >= 130000);
}

// The real library makes descriptors without a GPU.
TEST(attributes_are_as_wide_as_in_the_real_library) {
  if (!std::filesystem::exists(REAL_CUBLAS)) {
    std::cout << "skipped: attributes_are_as_wide_as_in_the_real_library: " << REAL_CUBLAS << " is not there" << std::endl;
    return;
  }
  const CublasLt real(REAL_CUBLAS);
  const CublasLt* const libraries[] = {&lt(), &real};
  const char zeros[16] = {};
  const auto alike = [&](const std::string& name, const auto& set) {
    for (const size_t bytes : {1, 2, 4, 8, 16}) {
      const std::string emulated = lt().name(set(0, zeros, bytes)), expected = lt().name(set(1, zeros, bytes));
      if (emulated != expected)
        fail(__FILE__, __LINE__, name + " of " + text(bytes) + " bytes: the emulation: " + emulated + "; cuBLASLt: " + expected);
    }
    CHECK_EQUAL(set(0, nullptr, 4), set(1, nullptr, 4));
  };
  cublasLtMatrixLayout_t layouts[2];
  cublasLtMatmulDesc_t operations[2];
  cublasLtMatmulPreference_t preferences[2];
  for (int which = 0; which < 2; ++which) {
    CHECK_EQUAL(libraries[which]->layout_create(&layouts[which], CUDA_R_32F, 3, 4, 3), CUBLAS_STATUS_SUCCESS);
    CHECK_EQUAL(libraries[which]->operation_create(&operations[which], CUBLAS_COMPUTE_32F, CUDA_R_32F), CUBLAS_STATUS_SUCCESS);
    CHECK_EQUAL(libraries[which]->preference_create(&preferences[which]), CUBLAS_STATUS_SUCCESS);
  }
  for (const cublasLtMatrixLayoutAttribute_t attribute :
       {CUBLASLT_MATRIX_LAYOUT_TYPE, CUBLASLT_MATRIX_LAYOUT_ORDER, CUBLASLT_MATRIX_LAYOUT_ROWS, CUBLASLT_MATRIX_LAYOUT_COLS,
        CUBLASLT_MATRIX_LAYOUT_LD, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET})
    alike("layout attribute " + text(static_cast<int>(attribute)), [&](int which, const void* value, size_t bytes) {
      return libraries[which]->layout_set(layouts[which], attribute, value, bytes);
    });
  for (const cublasLtMatmulDescAttributes_t attribute :
       {CUBLASLT_MATMUL_DESC_SCALE_TYPE, CUBLASLT_MATMUL_DESC_POINTER_MODE, CUBLASLT_MATMUL_DESC_TRANSA, CUBLASLT_MATMUL_DESC_TRANSB,
        CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_MATMUL_DESC_BIAS_POINTER, CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE,
        CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE})
    alike("operation attribute " + text(static_cast<int>(attribute)), [&](int which, const void* value, size_t bytes) {
      return libraries[which]->operation_set(operations[which], attribute, value, bytes);
    });
  for (const cublasLtMatmulPreferenceAttributes_t attribute :
       {CUBLASLT_MATMUL_PREF_SEARCH_MODE, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK})
    alike("preference attribute " + text(static_cast<int>(attribute)), [&](int which, const void* value, size_t bytes) {
      return libraries[which]->preference_set(preferences[which], attribute, value, bytes);
    });
  for (int which = 0; which < 2; ++which) {
    libraries[which]->layout_destroy(layouts[which]);
    libraries[which]->operation_destroy(operations[which]);
    libraries[which]->preference_destroy(preferences[which]);
  }
  for (int status = 0; status <= 17; ++status)
    CHECK_EQUAL(std::string(lt().name(static_cast<cublasStatus_t>(status))), std::string(real.name(static_cast<cublasStatus_t>(status))));
}

TEST(memory_is_checked) {
  const Matrix square{1, 2, 2};
  const Layout layout(square, CUDA_R_32F);
  const TestTensor tensor = square.tensor(CUDNN_DATA_FLOAT);
  const DeviceArray a(tensor.bytes(eighths({1, 2, 2}, 1))), b(tensor.bytes(eighths({1, 2, 2}, 2))), small(8);
  std::vector<char> host(256);
  cublasLtMatmulDesc_t operation = nullptr;
  lt().operation_create(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F);
  const float one = 1, zero = 0;
  const auto status = [&](const void* left, void* result, size_t workspace = 0) {
    return lt().matmul(lt().handle, operation, &one, left, layout.handle, b.data(), layout.handle, &zero, result, layout.handle, result,
                       layout.handle, nullptr, host.data(), workspace, nullptr);
  };
  const DeviceArray d(tensor.bytes(eighths({1, 2, 2}, 3)));
  CHECK_EQUAL(status(a.data(), d.data()), CUBLAS_STATUS_SUCCESS);
  CHECK_EQUAL(status(host.data(), d.data()), CUBLAS_STATUS_EXECUTION_FAILED);
  CHECK_EQUAL(status(small.data(), d.data()), CUBLAS_STATUS_EXECUTION_FAILED);
  CHECK_EQUAL(status(a.data(), a.data()), CUBLAS_STATUS_EXECUTION_FAILED);
  CHECK_EQUAL(status(a.data(), d.data(), 64), CUBLAS_STATUS_EXECUTION_FAILED);
  lt().operation_destroy(operation);
}

}  // namespace laminet::test
