// What kernels of batch norm have in common: settings, and the steps that add up the whole batch, for statistics and gradients.
#include <algorithm>
#include <cstring>

#include "batch_norm.h"
#include "cpu/call_work.h"

namespace laminet::cpu {

Normalization Normalization::in(const Layout& layout, int64_t block, const Shape& shape) {
  const int64_t channels = shape.back(), count = element_count(shape);
  if (block != 0)
    return {layout, {.batch = shape[0], .spatial = count / (shape[0] * channels), .channels = channels, .block = block}, shape[0]};
  return {Layout::plain({DType::f32, shape}), {.batch = count / channels, .spatial = 1, .channels = channels, .block = 0}, shape[0]};
}

BatchNormShape Normalization::slice(int64_t images) const {
  BatchNormShape some = shape;
  some.batch = shape.batch / batch * images;
  return some;
}

bool differentiates(const Instruction& backward, const Instruction& forward) {
  if (backward.op != forward.op + "_backward" || backward.attributes != forward.attributes) return false;
  if (forward.op == "batch_norm") {
    const std::vector<int> all{forward.operands[0], forward.operands[1], forward.operands[2], forward.results[1], forward.results[2]};
    return std::equal(all.begin(), all.end(), backward.operands.begin());
  }
  if (forward.op == "max_pool2d") return backward.operands[0] == forward.operands[0] && backward.operands[1] == forward.results[0];
  return (forward.op == "relu" || forward.op == "leaky_relu") && backward.operands[0] == forward.results[0];
}

void BatchNormKernel::cover(const ClaimGraph& graph, int index) {
  const Instruction& instruction = graph.instruction(index);
  settings.epsilon = static_cast<float>(instruction.number("epsilon"));
  instructions = {index};
  operands = instruction.operands;
  results = instruction.results;
}

bool BatchNormKernel::set_activation(const Instruction& instruction) {
  const bool leaky = instruction.op == "leaky_relu" || instruction.op == "leaky_relu_backward";
  if (!leaky && instruction.op != "relu" && instruction.op != "relu_backward") return false;
  settings.activation = leaky ? BatchNormActivation::leaky_relu : BatchNormActivation::relu;
  if (leaky) settings.alpha = static_cast<float>(instruction.number("alpha"));
  return true;
}

void BatchNormKernel::add_statistics(Lowering& lowering, const Normalization& norm, int x, int coefficients) const {
  const int gamma = lowering.use_plain(operands[1]), beta = lowering.use_plain(operands[2]);
  const int mean = lowering.define_plain(results[1]), variance = lowering.define_plain(results[2]);
  const int sums = lowering.scratch(norm.sum_bytes() * static_cast<size_t>(lowering.library.threads));
  auto run = [=, options = with_shape(settings, norm.shape)](void* const* memory) {
    batch_norm_kernels().statistics(options, floats(memory, x), floats(memory, gamma), floats(memory, beta), floats(memory, mean),
                                    floats(memory, variance), memory[coefficients], memory[sums]);
  };
  lowering.begin("batch_norm (statistics)", layer);
  lowering.add({x, gamma, beta}, {mean, variance, coefficients, sums}, call_work(run), norm.layout.text());
  Slicing slicing{norm.batch, {x}};
  slicing.sums_bytes = norm.sum_bytes();
  slicing.make = [=, settings = settings](Library&, int64_t images) {
    return slice_work([=, options = with_shape(settings, norm.slice(images)), bytes = norm.sum_bytes()](const Slice& slice) {
      if (slice.first) std::memset(slice.sums, 0, bytes);
      batch_norm_kernels().add_statistics(options, floats(slice.memory, x), slice.sums);
    });
  };
  slicing.finish = [=, options = with_shape(settings, norm.shape)](void* const* memory, std::span<void* const> sums) {
    batch_norm_kernels().finish_statistics(options, sums, floats(memory, gamma), floats(memory, beta), floats(memory, mean),
                                           floats(memory, variance), memory[coefficients]);
  };
  lowering.slice(std::move(slicing));
}

void BatchNormKernel::add_sums(Lowering& lowering, const Normalization& norm, int x, int dy, int coefficients) const {
  const int gamma = lowering.use_plain(operands[1]), beta = lowering.use_plain(operands[2]);
  const int mean = lowering.use_plain(operands[3]), variance = lowering.use_plain(operands[4]);
  const int dgamma = lowering.define_plain(results[1]), dbeta = lowering.define_plain(results[2]);
  const int sums = lowering.scratch(norm.sum_bytes() * static_cast<size_t>(lowering.library.threads));
  auto run = [=, options = with_shape(settings, norm.shape)](void* const* memory) {
    batch_norm_kernels().gradients(options, floats(memory, x), floats(memory, gamma), floats(memory, beta), floats(memory, mean),
                                   floats(memory, variance), floats(memory, dy), floats(memory, dgamma), floats(memory, dbeta),
                                   memory[coefficients], memory[sums]);
  };
  lowering.begin("batch_norm_backward (sums)", layer);
  lowering.add({x, gamma, beta, mean, variance, dy}, {dgamma, dbeta, coefficients, sums}, call_work(run), norm.layout.text());
  Slicing slicing{norm.batch, {x, dy}};
  slicing.sums_bytes = norm.sum_bytes() + norm.coefficient_bytes();
  slicing.make = [=, settings = settings](Library&, int64_t images) {
    return slice_work([=, options = with_shape(settings, norm.slice(images)), bytes = norm.sum_bytes()](const Slice& slice) {
      void* const own = static_cast<char*>(slice.sums) + bytes;  // a portion's coefficients
      if (slice.first) {
        std::memset(slice.sums, 0, bytes);
        batch_norm_kernels().begin_gradients(options, floats(slice.memory, gamma), floats(slice.memory, beta),
                                             floats(slice.memory, mean), floats(slice.memory, variance), own);
      }
      batch_norm_kernels().add_gradients(options, floats(slice.memory, x), floats(slice.memory, dy), own, slice.sums);
    });
  };
  slicing.finish = [=, options = with_shape(settings, norm.shape)](void* const* memory, std::span<void* const> sums) {
    batch_norm_kernels().begin_gradients(options, floats(memory, gamma), floats(memory, beta), floats(memory, mean),
                                         floats(memory, variance), memory[coefficients]);
    batch_norm_kernels().finish_gradients(options, sums, floats(memory, gamma), floats(memory, variance), floats(memory, dgamma),
                                          floats(memory, dbeta), memory[coefficients]);
  };
  lowering.slice(std::move(slicing));
}

}  // namespace laminet::cpu
