// batch_norm and its gradient through own kernels, with the activation that follows: its mask is recomputed from x, so that nothing but x
// is kept for the backward pass.
#include <cstring>

#include "cpu/call_work.h"
#include "cpu/claims.h"
#include "cpu/image_layout.h"
#include "cpu/kernels/batch_norm.h"
#include "cpu/lowering.h"

namespace laminet::cpu {

namespace {

// A normalisation in the layout of its image.
struct Normalization {
  Layout layout;
  BatchNormShape shape;
  int64_t batch;

  BatchNormShape slice(int64_t images) const {
    BatchNormShape some = shape;
    some.batch = shape.batch / batch * images;
    return some;
  }
  size_t sum_bytes() const { return batch_norm_kernels().sum_bytes(shape); }
  size_t coefficient_bytes() const { return batch_norm_kernels().coefficient_bytes(shape); }
};

// In the layout of x where the kernels know it, else channels last.
Normalization normalization(const Lowering& lowering, int x) {
  const Shape& shape = lowering.type(x).shape;
  const int64_t channels = shape.back(), count = element_count(shape);
  const Layout& layout = lowering.layout(x);
  if (const int64_t block = image_block(layout); block != 0)
    return {layout, {.batch = shape[0], .spatial = count / (shape[0] * channels), .channels = channels, .block = block}, shape[0]};
  return {Layout::plain(lowering.type(x)), {.batch = count / channels, .spatial = 1, .channels = channels, .block = 0}, shape[0]};
}

float* at(void* const* memory, int tensor) { return static_cast<float*>(memory[tensor]); }

struct NormActivation {
  BatchNormActivation kind = BatchNormActivation::none;
  float alpha = 0;
};

std::optional<NormActivation> norm_activation(const Instruction& instruction) {
  if (instruction.op == "relu" || instruction.op == "relu_backward") return NormActivation{BatchNormActivation::relu, 0};
  if (instruction.op == "leaky_relu" || instruction.op == "leaky_relu_backward")
    return NormActivation{BatchNormActivation::leaky_relu, static_cast<float>(instruction.number("alpha"))};
  return std::nullopt;
}

class BatchNormKernel : public Kernel {
 public:
  NormActivation activation;
  float epsilon = 0;

  BatchNormOptions options(const BatchNormShape& shape) const {
    return {.shape = shape, .epsilon = epsilon, .activation = activation.kind, .alpha = activation.alpha};
  }
};

class BatchNormForward : public BatchNormKernel {
 public:
  void lower(Lowering& lowering) const override {
    const Normalization norm = normalization(lowering, operands[0]);
    const int x = lowering.use(operands[0], norm.layout), coefficients = lowering.scratch(norm.coefficient_bytes(), "coefficients");
    add_statistics(lowering, norm, x, coefficients);
    add_result(lowering, norm, x, coefficients);
  }

 private:
  void add_statistics(Lowering& lowering, const Normalization& norm, int x, int coefficients) const {
    const int gamma = lowering.use_plain(operands[1]), beta = lowering.use_plain(operands[2]);
    const int mean = lowering.define_plain(results[1]), variance = lowering.define_plain(results[2]);
    const int sums = lowering.scratch(norm.sum_bytes() * static_cast<size_t>(lowering.library.threads));
    auto run = [=, options = options(norm.shape)](void* const* memory) {
      batch_norm_kernels().statistics(options, at(memory, x), at(memory, gamma), at(memory, beta), at(memory, mean), at(memory, variance),
                                      memory[coefficients], memory[sums]);
    };
    lowering.begin("batch_norm (statistics)", layer);
    lowering.add({x, gamma, beta}, {mean, variance, coefficients, sums}, call_work(run), norm.layout.text());
    Slicing slicing{norm.batch, {x}};
    slicing.sums_bytes = norm.sum_bytes();
    slicing.make = [=, self = *this](Library&, int64_t images) {
      return slice_work([=, options = self.options(norm.slice(images)), bytes = norm.sum_bytes()](const Slice& slice) {
        if (slice.first) std::memset(slice.sums, 0, bytes);
        batch_norm_kernels().add_statistics(options, at(slice.memory, x), slice.sums);
      });
    };
    slicing.finish = [=, options = options(norm.shape)](void* const* memory, std::span<void* const> sums) {
      batch_norm_kernels().finish_statistics(options, sums, at(memory, gamma), at(memory, beta), at(memory, mean), at(memory, variance),
                                             memory[coefficients]);
    };
    lowering.slice(std::move(slicing));
  }

  void add_result(Lowering& lowering, const Normalization& norm, int x, int coefficients) const {
    const int y = lowering.define(results[0], norm.layout);
    const auto run = [=](const BatchNormOptions& options, void* const* memory) {
      batch_norm_kernels().normalize(options, at(memory, x), memory[coefficients], at(memory, y));
    };
    lowering.begin(name, layer);
    lowering.add({x, coefficients}, {y}, call_work([=, options = options(norm.shape)](void* const* memory) { run(options, memory); }),
                 norm.layout.text(), {{y, x}});
    lowering.slice({norm.batch, {x, y}, [=, self = *this](Library&, int64_t images) {
                      return slice_work([=, options = self.options(norm.slice(images))](const Slice& slice) { run(options, slice.memory); });
                    }});
  }
};

class BatchNormBackward : public BatchNormKernel {
 public:
  void lower(Lowering& lowering) const override {
    const Normalization norm = normalization(lowering, operands[0]);
    const int x = lowering.use(operands[0], norm.layout), dy = lowering.use(operands[5], norm.layout);
    const int coefficients = lowering.scratch(norm.coefficient_bytes(), "coefficients");
    add_sums(lowering, norm, x, dy, coefficients);
    add_result(lowering, norm, x, dy, coefficients);
  }

 private:
  void add_sums(Lowering& lowering, const Normalization& norm, int x, int dy, int coefficients) const {
    const int gamma = lowering.use_plain(operands[1]), beta = lowering.use_plain(operands[2]);
    const int mean = lowering.use_plain(operands[3]), variance = lowering.use_plain(operands[4]);
    const int dgamma = lowering.define_plain(results[1]), dbeta = lowering.define_plain(results[2]);
    const int sums = lowering.scratch(norm.sum_bytes() * static_cast<size_t>(lowering.library.threads));
    auto run = [=, options = options(norm.shape)](void* const* memory) {
      batch_norm_kernels().gradients(options, at(memory, x), at(memory, gamma), at(memory, beta), at(memory, mean), at(memory, variance),
                                     at(memory, dy), at(memory, dgamma), at(memory, dbeta), memory[coefficients], memory[sums]);
    };
    lowering.begin("batch_norm_backward (sums)", layer);
    lowering.add({x, gamma, beta, mean, variance, dy}, {dgamma, dbeta, coefficients, sums}, call_work(run), norm.layout.text());
    Slicing slicing{norm.batch, {x, dy}};
    slicing.sums_bytes = norm.sum_bytes() + norm.coefficient_bytes();
    slicing.make = [=, self = *this](Library&, int64_t images) {
      return slice_work([=, options = self.options(norm.slice(images)), bytes = norm.sum_bytes()](const Slice& slice) {
        void* const own = static_cast<char*>(slice.sums) + bytes;  // a portion's coefficients
        if (slice.first) {
          std::memset(slice.sums, 0, bytes);
          batch_norm_kernels().begin_gradients(options, at(slice.memory, gamma), at(slice.memory, beta), at(slice.memory, mean),
                                               at(slice.memory, variance), own);
        }
        batch_norm_kernels().add_gradients(options, at(slice.memory, x), at(slice.memory, dy), own, slice.sums);
      });
    };
    slicing.finish = [=, options = options(norm.shape)](void* const* memory, std::span<void* const> sums) {
      batch_norm_kernels().begin_gradients(options, at(memory, gamma), at(memory, beta), at(memory, mean), at(memory, variance),
                                           memory[coefficients]);
      batch_norm_kernels().finish_gradients(options, sums, at(memory, gamma), at(memory, variance), at(memory, dgamma), at(memory, dbeta),
                                            memory[coefficients]);
    };
    lowering.slice(std::move(slicing));
  }

  void add_result(Lowering& lowering, const Normalization& norm, int x, int dy, int coefficients) const {
    const int dx = lowering.define(results[0], norm.layout);
    const auto run = [=](const BatchNormOptions& options, void* const* memory) {
      batch_norm_kernels().differentiate(options, at(memory, x), at(memory, dy), memory[coefficients], at(memory, dx));
    };
    lowering.begin(name, layer);
    lowering.add({x, dy, coefficients}, {dx}, call_work([=, options = options(norm.shape)](void* const* memory) { run(options, memory); }),
                 norm.layout.text(), {{dx, dy}});
    lowering.slice({norm.batch, {x, dy, dx}, [=, self = *this](Library&, int64_t images) {
                      return slice_work([=, options = self.options(norm.slice(images))](const Slice& slice) { run(options, slice.memory); });
                    }});
  }
};

bool supported(const ClaimGraph& graph, const Instruction& instruction, std::string* refusal) {
  if (!graph.is_f32(instruction.operands[0])) *refusal = "float32 only";
  if (element_count(graph.shape(instruction.operands[0])) == 0) *refusal = "a tensor without elements";
  return refusal->empty();
}

KernelPtr claim_forward(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  if (!supported(graph, instruction, refusal)) return nullptr;
  auto kernel = std::make_unique<BatchNormForward>();
  kernel->epsilon = static_cast<float>(instruction.number("epsilon"));
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  const int reader = graph.only_reader(instruction.results[0]);
  if (reader < 0) return kernel;
  if (const auto activation = norm_activation(graph.instruction(reader)); activation && graph.instruction(reader).operands.size() == 1) {
    kernel->activation = *activation;
    kernel->instructions.push_back(reader);
    kernel->results[0] = graph.instruction(reader).results.front();
  }
  return kernel;
}

// dy comes from the backward op of an activation that followed this very normalisation: the activation's result is not needed then.
const Instruction* masked_gradient(const ClaimGraph& graph, const Instruction& backward) {
  const int dy = backward.operands[5];
  const Instruction& mask = graph.program.producer(dy);
  if (mask.operands.size() != 2 || !norm_activation(mask) || graph.only_reader(dy) < 0 || graph.claimed(graph.producer(dy))) return nullptr;
  const Instruction& activation = graph.program.producer(mask.operands[0]);
  if (activation.operands.size() != 1 || mask.op != activation.op + "_backward" || mask.attributes != activation.attributes) return nullptr;
  const Instruction& forward = graph.program.producer(activation.operands[0]);
  if (forward.op != "batch_norm" || forward.results[0] != activation.operands[0] || forward.attributes != backward.attributes) return nullptr;
  for (int operand = 0; operand < 3; ++operand)
    if (forward.operands[operand] != backward.operands[operand]) return nullptr;
  return forward.results[1] == backward.operands[3] && forward.results[2] == backward.operands[4] ? &mask : nullptr;
}

KernelPtr claim_backward(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  if (!supported(graph, instruction, refusal)) return nullptr;
  auto kernel = std::make_unique<BatchNormBackward>();
  kernel->epsilon = static_cast<float>(instruction.number("epsilon"));
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  if (const Instruction* mask = masked_gradient(graph, instruction)) {
    kernel->activation = *norm_activation(*mask);
    kernel->operands[5] = mask->operands[1];
    kernel->instructions.push_back(graph.producer(mask->results.front()));
  }
  return kernel;
}

const Candidate batch_norm{"batch_norm", Pass::fusing, claim_forward};
const Candidate batch_norm_backward{"batch_norm_backward", Pass::fusing, claim_backward};

}  // namespace

}  // namespace laminet::cpu
