// batch_norm and its gradient through own kernels, with the activation that follows: its mask is recomputed from x, so that nothing but x
// is kept for the backward pass.
#include "cpu/call_work.h"
#include "cpu/claims.h"
#include "cpu/image_layout.h"
#include "cpu/kernels/batch_norm.h"
#include "cpu/lowering.h"

namespace laminet::cpu {

namespace {

struct Normalization {
  Layout layout;
  BatchNormShape shape;
};

// In the layout of x where the kernels know it, else channels last.
Normalization normalization(const Lowering& lowering, int x) {
  const Shape& shape = lowering.type(x).shape;
  const int64_t channels = shape.back(), count = element_count(shape);
  const Layout& layout = lowering.layout(x);
  if (const int64_t block = image_block(layout); block != 0)
    return {layout, {.batch = shape[0], .spatial = count / (shape[0] * channels), .channels = channels, .block = block}};
  return {Layout::plain(lowering.type(x)), {.batch = count / channels, .spatial = 1, .channels = channels, .block = 0}};
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
    const auto [layout, shape] = normalization(lowering, operands[0]);
    const std::vector<int> reads{lowering.use(operands[0], layout), lowering.use_plain(operands[1]), lowering.use_plain(operands[2])};
    const std::vector<int> writes{lowering.define(results[0], layout), lowering.define_plain(results[1]), lowering.define_plain(results[2]),
                                  lowering.scratch(batch_norm_scratch_bytes(shape))};
    auto run = [options = options(shape), r = reads, w = writes](void* const* memory) {
      batch_norm_kernels().forward(options, at(memory, r[0]), at(memory, r[1]), at(memory, r[2]), at(memory, w[0]), at(memory, w[1]),
                                   at(memory, w[2]), memory[w[3]]);
    };
    lowering.add(reads, writes, call_work(std::move(run)), layout.text(), {{writes[0], reads[0]}});
  }
};

class BatchNormBackward : public BatchNormKernel {
 public:
  void lower(Lowering& lowering) const override {
    const auto [layout, shape] = normalization(lowering, operands[0]);
    std::vector<int> reads{lowering.use(operands[0], layout)};
    for (int index = 1; index < 5; ++index) reads.push_back(lowering.use_plain(operands[index]));
    reads.push_back(lowering.use(operands[5], layout));
    const std::vector<int> writes{lowering.define(results[0], layout), lowering.define_plain(results[1]), lowering.define_plain(results[2]),
                                  lowering.scratch(batch_norm_scratch_bytes(shape))};
    auto run = [options = options(shape), r = reads, w = writes](void* const* memory) {
      batch_norm_kernels().backward(options, at(memory, r[0]), at(memory, r[1]), at(memory, r[2]), at(memory, r[3]), at(memory, r[4]),
                                    at(memory, r[5]), at(memory, w[0]), at(memory, w[1]), at(memory, w[2]), memory[w[3]]);
    };
    lowering.add(reads, writes, call_work(std::move(run)), layout.text(), {{writes[0], reads[5]}});
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
