// batch_norm and its gradient through own kernels, with the activation that follows: its mask is recomputed from x, so that nothing but x
// is kept for the backward pass.
#include "batch_norm.h"

#include "batch_norm_pool.h"
#include "cpu/call_work.h"
#include "cpu/claims.h"

namespace laminet::cpu {

namespace {

class BatchNormForward : public BatchNormKernel {
 public:
  void lower(Lowering& lowering) const override {
    const Normalization norm = Normalization::of(lowering, operands[0]);
    const int x = lowering.use(operands[0], norm.layout), coefficients = lowering.scratch(norm.coefficient_bytes(), "coefficients");
    add_statistics(lowering, norm, x, coefficients);
    add_result(lowering, norm, x, coefficients);
  }

 private:
  void add_result(Lowering& lowering, const Normalization& norm, int x, int coefficients) const {
    const int y = lowering.define(results[0], norm.layout);
    const auto run = [=](const BatchNormOptions& options, void* const* memory) {
      batch_norm_kernels().normalize(options, floats(memory, x), memory[coefficients], floats(memory, y));
    };
    lowering.begin(name, layer);
    const auto whole = [=, options = with_shape(settings, norm.shape)](void* const* memory) { run(options, memory); };
    lowering.add({x, coefficients}, {y}, call_work(whole), norm.layout.text(), {{y, x}});
    lowering.slice({norm.batch, {x, y}, [=, settings = settings](Library&, int64_t images) {
                      const BatchNormOptions options = with_shape(settings, norm.slice(images));
                      return slice_work([=](const Slice& slice) { run(options, slice.memory); });
                    }});
  }
};

class BatchNormBackward : public BatchNormKernel {
 public:
  void lower(Lowering& lowering) const override {
    const Normalization norm = Normalization::of(lowering, operands[0]);
    const int x = lowering.use(operands[0], norm.layout), dy = lowering.use(operands[5], norm.layout);
    const int coefficients = lowering.scratch(norm.coefficient_bytes(), "coefficients");
    add_sums(lowering, norm, x, dy, coefficients);
    add_result(lowering, norm, x, dy, coefficients);
  }

 private:
  void add_result(Lowering& lowering, const Normalization& norm, int x, int dy, int coefficients) const {
    const int dx = lowering.define(results[0], norm.layout);
    const auto run = [=](const BatchNormOptions& options, void* const* memory) {
      batch_norm_kernels().differentiate(options, floats(memory, x), floats(memory, dy), memory[coefficients], floats(memory, dx));
    };
    lowering.begin(name, layer);
    const auto whole = [=, options = with_shape(settings, norm.shape)](void* const* memory) { run(options, memory); };
    lowering.add({x, dy, coefficients}, {dx}, call_work(whole), norm.layout.text(), {{dx, dy}});
    lowering.slice({norm.batch, {x, dy, dx}, [=, settings = settings](Library&, int64_t images) {
                      const BatchNormOptions options = with_shape(settings, norm.slice(images));
                      return slice_work([=](const Slice& slice) { run(options, slice.memory); });
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
  if (KernelPtr pooled = claim_pooled_batch_norm(graph, index)) return pooled;
  auto kernel = std::make_unique<BatchNormForward>();
  kernel->cover(graph, index);
  const int reader = graph.only_reader(instruction.results[0]);
  if (reader >= 0 && graph.instruction(reader).operands.size() == 1 && kernel->set_activation(graph.instruction(reader))) {
    kernel->instructions.push_back(reader);
    kernel->results[0] = graph.instruction(reader).results.front();
  }
  return kernel;
}

// dy comes from the backward op of an activation that followed this very normalisation: the activation's result is not needed then.
const Instruction* masked_gradient(const ClaimGraph& graph, const Instruction& backward) {
  const int dy = backward.operands[5];
  const Instruction& mask = graph.program.producer(dy);
  if (mask.operands.size() != 2 || graph.only_reader(dy) < 0 || graph.claimed(graph.producer(dy))) return nullptr;
  const Instruction& activation = graph.program.producer(mask.operands[0]);
  if (!differentiates(mask, activation)) return nullptr;
  const Instruction& forward = graph.program.producer(activation.operands[0]);
  return forward.results[0] == activation.operands[0] && differentiates(backward, forward) ? &mask : nullptr;
}

KernelPtr claim_backward(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  if (!supported(graph, instruction, refusal)) return nullptr;
  if (KernelPtr pooled = claim_pooled_batch_norm_backward(graph, index)) return pooled;
  auto kernel = std::make_unique<BatchNormBackward>();
  kernel->cover(graph, index);
  if (const Instruction* mask = masked_gradient(graph, instruction); mask != nullptr && kernel->set_activation(*mask)) {
    kernel->operands[5] = mask->operands[1];
    kernel->instructions.push_back(graph.producer(mask->results.front()));
  }
  return kernel;
}

const Candidate batch_norm{"batch_norm", Pass::fusing, claim_forward};
const Candidate batch_norm_backward{"batch_norm_backward", Pass::fusing, claim_backward};

}  // namespace

}  // namespace laminet::cpu
