// matmul (a, b[, bias]) {transposeA, transposeB[, epilogue]}: by cuBLASLt with the epilogue, by cuBLASLt with an own kernel for the bias
// after it, or zeros where there is nothing to add up. epilogue = "bias" | "bias_relu" (third operand [n]) | "bias_gradient" (second
// result [n]: the sums of the columns of b).
#include <functional>
#include <numeric>

#include "cuda/blas/product.h"
#include "cuda/kernels/bias.h"
#include "cuda/lowering.h"
#include "cuda/status.h"

namespace laminet::cuda {

namespace {

using blas::Epilogue;
using blas::Multiplication;
using blas::Product;

Epilogue epilogue_of(const Instruction& instruction) {
  if (!instruction.has("epilogue")) return Epilogue::none;
  const std::string& word = instruction.text("epilogue");
  if (word == "bias") return Epilogue::bias;
  if (word == "bias_relu") return Epilogue::bias_relu;
  if (word == "bias_gradient") return Epilogue::bias_gradient;
  throw Error("INTERNAL", instruction.place() + ": unknown epilogue: received '" + word + "'; expected bias, bias_relu or bias_gradient");
}

std::string name_of(Epilogue epilogue) {
  switch (epilogue) {
    case Epilogue::bias: return "matmul+bias";
    case Epilogue::bias_relu: return "matmul+bias+relu";
    case Epilogue::bias_gradient: return "matmul+bias_gradient";
    default: return "matmul";
  }
}

Product product_of(Lowering& lowering, const Instruction& instruction) {
  const Shape &a = lowering.shape(instruction.operands[0]), &y = lowering.shape(instruction.results[0]);
  const bool transpose_a = instruction.flag("transposeA");
  return {.dtype = lowering.type(instruction.results[0]).dtype,
          .batch = std::accumulate(y.begin(), y.end() - 2, int64_t{1}, std::multiplies<>()),
          .rows = y[y.size() - 2],
          .columns = y.back(),
          .depth = transpose_a ? a[a.size() - 2] : a.back(),
          .transpose_a = transpose_a,
          .transpose_b = instruction.flag("transposeB"),
          .epilogue = epilogue_of(instruction),
          .tensor_float32 = lowering.context().options.tensor_float32};
}

// The value that holds the bias, or takes its gradient; -1 without an epilogue.
int bias_of(const Instruction& instruction, Epilogue epilogue) {
  if (epilogue == Epilogue::none) return -1;
  return epilogue == Epilogue::bias_gradient ? instruction.results.at(1) : instruction.operands.at(2);
}

std::string place_of(Lowering& lowering, const Instruction& instruction) {
  return lowering.context().name() + ": " + instruction.place() + " of " + lowering.type(instruction.operands[0]).text() + ", " +
         lowering.type(instruction.operands[1]).text();
}

class ProductWork final : public Work {
 public:
  ProductWork(Lowering& lowering, const Instruction& instruction, const Product& product, std::unique_ptr<Multiplication> multiplication)
      : multiplication_(std::move(multiplication)),
        a_(lowering.tensor(instruction.operands[0])),
        b_(lowering.tensor(instruction.operands[1])),
        y_(lowering.tensor(instruction.results[0])) {
    if (const int bias = bias_of(instruction, product.epilogue); bias >= 0) bias_ = lowering.tensor(bias);
    if (multiplication_->workspace_bytes() > 0) workspace_ = lowering.scratch(multiplication_->workspace_bytes());
  }

  std::vector<int> scratch() const { return workspace_ >= 0 ? std::vector<int>{workspace_} : std::vector<int>{}; }

  void bind(const Places& at, Context&) override {
    if (bias_ >= 0) multiplication_->set_bias(at.at(bias_));
  }

  void launch(const Places& at, Context& context) override {
    multiplication_->run(context.cublas_lt(), {at.at(a_), at.at(b_), at.at(y_)}, workspace_ >= 0 ? at.at(workspace_) : nullptr,
                         context.stream());
  }

 private:
  const std::unique_ptr<Multiplication> multiplication_;
  const int a_, b_, y_;
  int bias_ = -1, workspace_ = -1;
};

bool add_product(Lowering& lowering, const Instruction& instruction, const Product& product, std::string& refusal) {
  std::unique_ptr<Multiplication> multiplication =
      Multiplication::choose(lowering.context().cublas_lt(), product, place_of(lowering, instruction), refusal);
  if (!multiplication) return false;
  const std::string detail = "cuBLASLt " + multiplication->name();
  auto work = std::make_unique<ProductWork>(lowering, instruction, product, std::move(multiplication));
  Step step{.name = name_of(product.epilogue), .detail = detail, .scratch = work->scratch()};
  lowering.add(instruction, std::move(step), std::move(work));
  return true;
}

void add_bias(Lowering& lowering, const Instruction& instruction, const Product& product) {
  const int y = lowering.tensor(instruction.results[0]), bias = lowering.tensor(instruction.operands[2]);
  const bool rectified = product.epilogue == Epilogue::bias_relu;
  const int64_t rows = product.batch * product.rows, columns = product.columns;
  lowering.add(instruction, {.name = rectified ? "bias+relu" : "bias"},
               work([=, dtype = product.dtype](const Places& at, Context& context) {
                 launch_bias(dtype, at.at(y), at.at(bias), rectified, rows, columns, context.stream());
               }));
}

bool has_bias(const Product& product) { return product.epilogue == Epilogue::bias || product.epilogue == Epilogue::bias_relu; }

bool multiply(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  return add_product(lowering, instruction, product_of(lowering, instruction), refusal);
}

bool multiply_then_bias(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const Product product = product_of(lowering, instruction);
  if (!has_bias(product)) {
    refusal = "there is no bias";
    return false;
  }
  Product bare = product;
  bare.epilogue = Epilogue::none;
  if (!add_product(lowering, instruction, bare, refusal)) return false;
  add_bias(lowering, instruction, product);
  return true;
}

// Sums of nothing.
bool fill_with_zeros(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const Product product = product_of(lowering, instruction);
  const bool empty = product.batch * product.rows * product.columns == 0;
  if (!empty && product.depth > 0) {
    refusal = "there is something to add up";
    return false;
  }
  std::vector<std::pair<int, size_t>> results;
  for (const int value : instruction.results)
    if (const size_t bytes = lowering.type(value).bytes(); bytes > 0) results.emplace_back(lowering.tensor(value), bytes);
  if (results.size() > 1 && product.depth > 0) {
    refusal = "a gradient of a bias beside a product without elements";
    return false;
  }
  lowering.add(instruction, {.name = "matmul", .detail = "zeros"}, work([results](const Places& at, Context& context) {
                 for (const auto& [tensor, bytes] : results) LAMINET_CUDA(cudaMemsetAsync(at.at(tensor), 0, bytes, context.stream()));
               }));
  if (has_bias(product) && !empty) add_bias(lowering, instruction, product);
  return true;
}

const Registration with_epilogue{"matmul", 0, multiply};
const Registration with_bias_after{"matmul", 1, multiply_then_bias};
const Registration without_elements{"matmul", 2, fill_with_zeros};

}  // namespace

}  // namespace laminet::cuda
