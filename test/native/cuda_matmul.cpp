// matmul on the emulated GPU against the reference kernels: transposes, batches, types, odd sizes, epilogues, TF32, replays, errors.
#include "setting.h"
#include "two_devices.h"

namespace laminet::test {
namespace {

std::string type_text(DType dtype, const Shape& shape) { return Type{dtype, shape}.text(); }

double tolerance(DType dtype) {
  switch (dtype) {
    case DType::f64: return 1e-13;
    case DType::bf16: return 8e-3;
    case DType::f16: return 1e-3;
    default: return 2e-6;
  }
}

constexpr DType kTypes[] = {DType::f32, DType::f64, DType::bf16, DType::f16};

struct Product {
  DType dtype = DType::f32;
  Shape batch{};
  int64_t rows = 1, depth = 1, columns = 1;
  bool transpose_a = false, transpose_b = false;

  Shape shape(int64_t first, int64_t second, bool swapped) const {
    Shape result = batch;
    result.insert(result.end(), {swapped ? second : first, swapped ? first : second});
    return result;
  }
  std::string result() const { return type_text(dtype, shape(rows, columns, false)); }
  // %2 = %0 %1, without the return.
  std::string listing() const {
    const auto word = [](bool flag) { return std::string(flag ? "true" : "false"); };
    return "program 1\n%0: " + type_text(dtype, shape(rows, depth, transpose_a)) +
           " = input {name=\"a\"}\n%1: " + type_text(dtype, shape(depth, columns, transpose_b)) + " = input {name=\"b\"}\n%2: " + result() +
           " = matmul (%0, %1) {transposeA=" + word(transpose_a) + ", transposeB=" + word(transpose_b) + "} @dense\n";
  }
};

std::string on_cuda(const std::string& listing, DType dtype, const char* file, int line) {
  return compare(listing, tolerance(dtype), 1, file, line, "cuda");
}
#define PRODUCT_ON_CUDA(listing, dtype) on_cuda((listing), (dtype), __FILE__, __LINE__)

bool has(const std::string& names, const std::string& word) { return names.find(word) != std::string::npos; }

// The results of one run on a device opened with these options.
std::vector<Bytes> run_with(const DeviceOptions& options, const Program& program, const std::vector<Bytes>& inputs) {
  const std::unique_ptr<Device> device = open_device("cuda", options);
  const std::unique_ptr<Executable> executable = device->compile(program, {}, {});
  std::vector<BufferPtr> operands, results;
  for (size_t index = 0; index < inputs.size(); ++index) {
    operands.push_back(device->allocate(program.types[program.inputs[index]]));
    device->upload(*operands.back(), inputs[index].data(), inputs[index].size());
  }
  for (const int value : program.returns) results.push_back(device->allocate(program.types[value]));
  const std::atomic<bool> never{false};
  executable->run(operands, {}, results, never);
  std::vector<Bytes> contents;
  for (const BufferPtr& result : results) {
    contents.emplace_back(result->type.bytes());
    device->download(*result, contents.back().data(), contents.back().size());
  }
  return contents;
}

std::vector<Bytes> inputs_of(const Program& program) {
  std::vector<Bytes> inputs;
  for (const int value : program.inputs) inputs.push_back(random_bytes(program.types[value], static_cast<uint32_t>(value) + 1));
  return inputs;
}

}  // namespace

TEST(transposes_types_and_sizes) {
  for (const DType dtype : kTypes)
    for (const auto& [rows, depth, columns] : {std::tuple{1, 1, 1}, {1, 7, 5}, {9, 1, 4}, {5, 3, 1}, {33, 70, 17}})
      for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true}) {
          const Product product{dtype, {}, rows, depth, columns, transpose_a, transpose_b};
          PRODUCT_ON_CUDA(product.listing() + "return (%2)\n", dtype);
        }
}

TEST(batches) {
  for (const DType dtype : kTypes)
    for (const Shape& batch : {Shape{1}, Shape{3}, Shape{2, 3}, Shape{2, 1, 2}})
      for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true}) {
          const Product product{dtype, batch, 4, 6, 5, transpose_a, transpose_b};
          PRODUCT_ON_CUDA(product.listing() + "return (%2)\n", dtype);
        }
}

TEST(sizes_of_zero) {
  for (const auto& [rows, depth, columns] : {std::tuple{3, 0, 4}, {0, 3, 4}, {3, 4, 0}, {0, 0, 0}, {0, 0, 5}})
    for (const Shape& batch : {Shape{}, Shape{2}, Shape{0}}) {
      const Product product{DType::f32, batch, rows, depth, columns};
      CHECK(has(PRODUCT_ON_CUDA(product.listing() + "return (%2)\n", DType::f32), "matmul [zeros]"));
    }
  // The bias of a sum of nothing.
  const Product product{DType::f32, {}, 3, 0, 4};
  PRODUCT_ON_CUDA(
      product.listing() + "%3: f32[4] = input {name=\"bias\"}\n%4: f32[3,4] = add (%2, %3)\n%5: f32[3,4] = relu (%4)\nreturn (%5)\n",
      DType::f32);
}

TEST(biases_and_relu) {
  for (const DType dtype : kTypes)
    for (const Shape& batch : {Shape{}, Shape{3}})
      for (const bool transpose_b : {false, true})
        for (const bool rectified : {false, true}) {
          const Product product{dtype, batch, 5, 20, 6, false, transpose_b};
          const std::string bias = product.listing() + "%3: " + type_text(dtype, {6}) +
                                   " = input {name=\"bias\"}\n%4: " + product.result() + " = add (%2, %3)\n";
          const std::string relu = "%5: " + product.result() + " = relu (%4)\n";
          const std::string names = PRODUCT_ON_CUDA(bias + (rectified ? relu + "return (%5)\n" : "return (%4)\n"), dtype);
          // In float64 cuBLASLt has no epilogues: a kernel adds the bias.
          CHECK(has(names, dtype == DType::f64
                               ? (rectified ? "matmul [cuBLASLt algorithm 21]; bias+relu" : "matmul [cuBLASLt algorithm 21]; bias ")
                               : (rectified ? "matmul+bias+relu [cuBLASLt" : "matmul+bias [cuBLASLt")));
        }
}

TEST(algorithms_with_and_without_workspace) {
  CHECK(has(PRODUCT_ON_CUDA((Product{DType::f32, {}, 4, 15, 4}.listing() + "return (%2)\n"), DType::f32), "algorithm 6]"));
  CHECK(has(PRODUCT_ON_CUDA((Product{DType::f32, {}, 4, 16, 4}.listing() + "return (%2)\n"), DType::f32), "algorithm 21]"));
}

TEST(gradients_of_kernel_and_bias) {
  for (const DType dtype : {DType::f32, DType::bf16, DType::f16})
    for (const auto& [examples, in, out] : {std::tuple{1, 1, 1}, {7, 5, 6}, {40, 3, 9}}) {
      const std::string x = type_text(dtype, {examples, in}), dy = type_text(dtype, {examples, out});
      const std::string operands = "program 1\n%0: " + x + " = input {name=\"x\"}\n%1: " + dy + " = input {name=\"dy\"}\n";
      const std::string kernel = "%2: " + type_text(dtype, {in, out}), bias = "%3: " + type_text(dtype, {out});
      const Program joined = parse(operands + kernel + ", " + bias +
                                   " = matmul (%0, %1) {transposeA=true, transposeB=false, epilogue=\"bias_gradient\"}\nreturn (%2, %3)\n");
      const Program apart = parse(operands + kernel + " = matmul (%0, %1) {transposeA=true, transposeB=false}\n" + bias +
                                  " = sum (%1) {axes=[0], keepDims=false}\nreturn (%2, %3)\n");
      Session reference("reference");
      const std::vector<Bytes> inputs = inputs_of(joined), expected = reference.run(reference.executable(apart), apart, inputs);
      const std::vector<Bytes> actual = run_with({}, joined, inputs);
      for (size_t index = 0; index < 2; ++index) {
        const double error = difference(joined.types[joined.returns[index]], actual[index], expected[index]);
        if (!(error <= tolerance(dtype))) fail(__FILE__, __LINE__, "result " + text(index) + " of " + dy + " differs by " + text(error));
      }
    }
}

TEST(gradients_of_biases_are_refused_elsewhere) {
  const auto compiled = [](const std::string& types, const std::string& flags) {
    return [=] {
      const Program program =
          parse("program 1\n%0: " + types + " = input {name=\"x\"}\n%1: " + types + " = input {name=\"dy\"}\n%2: " + types +
                ", %3: " + types.substr(0, 4) + "4] = matmul (%0, %1) {" + flags + ", epilogue=\"bias_gradient\"}\nreturn (%2, %3)\n");
      run_with({}, program, inputs_of(program));
    };
  };
  CHECK_THROWS("UNSUPPORTED", "cuBLASLt has no epilogue in float64", compiled("f64[4,4]", "transposeA=true, transposeB=false")());
  CHECK_THROWS("UNSUPPORTED", "products of x^T and dy only", compiled("f32[4,4]", "transposeA=false, transposeB=false")());
}

TEST(every_run_computes_anew) {
  const std::string listing = Product{DType::f32, {}, 6, 30, 5}.listing() +
                              "%3: f32[5] = variable {index=0, name=\"bias\"}\n%4: f32[6,5] = add (%2, %3)\n%5: f32[5] = neg (%3)\n"
                              "update 0 = %5\nreturn (%4)\n";
  const Program program = parse(listing);
  verify(program);
  Session expected("reference"), actual("cuda");
  for (Session* session : {&expected, &actual})
    session->variables.push_back(session->buffer(program.types[3], random_bytes(program.types[3], 9)));
  Executable &reference = expected.executable(program), &tested = actual.executable(program);
  for (uint32_t step = 0; step < 4; ++step) {  // the first step runs as it is, the second is captured, the others replay
    const std::vector<Bytes> inputs{random_bytes(program.types[0], step + 1), random_bytes(program.types[1], step + 7)};
    const Bytes wanted = expected.run(reference, program, inputs)[0], got = actual.run(tested, program, inputs)[0];
    CHECK(difference(program.types[4], got, wanted) <= 2e-6);
  }
}

TEST(tensor_float32_can_be_switched_off) {
  const Program program = parse(Product{DType::f32, {}, 8, 40, 8}.listing() + "return (%2)\n");
  const std::vector<Bytes> inputs = inputs_of(program);
  Session reference("reference");
  const Bytes expected = reference.run(reference.executable(program), program, inputs)[0];
  const Setting rounding("EMULATED_TENSOR_FLOAT32", "1");
  const double rounded = difference(program.types[2], run_with({}, program, inputs)[0], expected);
  CHECK(rounded > 1e-5 && rounded < 2e-3);
  CHECK(difference(program.types[2], run_with({.tensor_float32 = false}, program, inputs)[0], expected) <= 2e-6);
}

TEST(deterministic_runs_repeat_every_bit) {
  const Program program = parse(Product{DType::f32, {}, 8, 40, 8}.listing() + "return (%2)\n");
  const std::vector<Bytes> inputs = inputs_of(program);
  CHECK(run_with({.deterministic = true}, program, inputs) == run_with({.deterministic = true}, program, inputs));
}

TEST(errors_name_the_place) {
  const Program program = parse(Product{DType::f32, {}, 3, 4, 5}.listing() + "return (%2)\n");
  const auto run = [&] { run_with({}, program, inputs_of(program)); };
  {
    const Setting fault("EMULATED_CUBLAS_LT_FAIL", "cublasLtMatmul:1:13");
    CHECK_THROWS(
        "DEVICE",
        "device 'cuda:0': matmul (%2, layer 'dense') of f32[3,4], f32[4,5]: cublasLtMatmul: a failure (CUBLAS_STATUS_EXECUTION_FAILED)",
        run());
  }
  {
    const Setting fault("EMULATED_CUBLAS_LT_FAIL", "cublasLtMatmulAlgoGetHeuristic:1:3");
    CHECK_THROWS("OUT_OF_MEMORY", "cublasLtMatmulAlgoGetHeuristic: ", run());
  }
  {
    const Setting fault("EMULATED_CUBLAS_LT_FAIL", "cublasLtMatmulAlgoGetHeuristic:1:15");
    CHECK_THROWS("UNSUPPORTED", "cuBLASLt has no algorithm for it", run());
  }
  {
    const Setting fault("EMULATED_CUBLAS_LT_FAIL", "cublasLtCreate:1:1");
    CHECK_THROWS("DEVICE", "cuBLASLt cannot start", run());
  }
  run();
}

}  // namespace laminet::test
