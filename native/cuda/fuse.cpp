#include "fuse.h"

#include "rewriter.h"
#include "runtime/pointwise_group.h"

namespace laminet::cuda {

namespace {

// One number a channel: [c] or [1, ..., 1, c].
bool is_bias(const Rewriter& program, int bias, int image) {
  const Type& type = program.type(bias);
  const Shape& shape = program.shape(image);
  return type.dtype == program.type(image).dtype && !type.shape.empty() && type.shape.back() == shape.back() &&
         element_count(type.shape) == shape.back() && type.shape.size() <= shape.size();
}

int other_operand(const Instruction& instruction, int operand) {
  return instruction.operands[0] == operand ? instruction.operands[1] : instruction.operands[0];
}

void fuse_epilogue(Rewriter& program, int index) {
  Instruction& product = program.at(index);
  if (product.op != "matmul" && product.op != "conv2d") return;
  const int result = product.results[0], adder = program.only_reader(result);
  if (adder < 0 || program.at(adder).op != "add") return;
  const int bias = other_operand(program.at(adder), result), sum = program.at(adder).results[0];
  if (bias == result || !is_bias(program, bias, result) || program.type(sum) != program.type(result)) return;
  const int reader = program.only_reader(sum);
  const bool relu = reader >= 0 && program.at(reader).op == "relu";
  // A convolution adds the bias in a pass of its own unless it has a fused plan: other pointwise readers do it in theirs.
  if (product.op == "conv2d" && reader >= 0 && !relu && is_pointwise(program.at(reader))) return;
  program.absorb(index, result, adder, sum);
  program.add_operand(index, bias);
  product.attributes["epilogue"] = std::string("bias");
  if (!relu) return;
  program.absorb(index, sum, reader, program.at(reader).results[0]);
  product.attributes["epilogue"] = std::string("bias_relu");
}

bool is_activation(const Instruction& instruction) { return instruction.op == "relu" || instruction.op == "leaky_relu"; }

void set_activation(Instruction& norm, const Instruction& activation) {
  norm.attributes["activation"] = std::string(activation.op.starts_with("leaky") ? "leaky_relu" : "relu");
  if (activation.has("alpha")) norm.attributes["alpha"] = activation.number("alpha");
}

void fuse_batch_norm(Rewriter& program, int index) {
  Instruction& norm = program.at(index);
  if (norm.op != "batch_norm") return;
  const int result = norm.results[0], reader = program.only_reader(result);
  if (reader < 0) return;
  if (is_activation(program.at(reader))) {
    set_activation(norm, program.at(reader));
    program.absorb(index, result, reader, program.at(reader).results[0]);
    return;
  }
  if (program.at(reader).op != "add") return;
  const int skip = other_operand(program.at(reader), result), sum = program.at(reader).results[0];
  const int last = program.only_reader(sum);
  if (skip == result || program.type(skip) != program.type(result) || last < 0 || !is_activation(program.at(last))) return;
  set_activation(norm, program.at(last));
  program.absorb(index, result, reader, sum);
  program.absorb(index, sum, last, program.at(last).results[0]);
  program.add_operand(index, skip);
}

void fuse_batch_norm_backward(Rewriter& program, int index) {
  Instruction& norm = program.at(index);
  if (norm.op != "batch_norm_backward") return;
  const int gradient = norm.operands[5], maker = program.producer(gradient);
  const Instruction& activation = program.at(maker);
  if (program.removed(maker) || (activation.op != "relu_backward" && activation.op != "leaky_relu_backward")) return;
  const int y = activation.operands[0], dy = activation.operands[1];
  const bool shared = program.only_reader(gradient) != index;
  set_activation(norm, activation);
  program.bypass(index, gradient, dy, maker);
  program.add_operand(index, y);
  if (!shared) return;
  norm.attributes["skip"] = true;
  program.add_result(index, gradient);
}

}  // namespace

Program fuse(const Program& program) {
  Rewriter rewriter(program);
  for (const auto& pass : {fuse_epilogue, fuse_batch_norm, fuse_batch_norm_backward})
    for (int index = 0; index < rewriter.count(); ++index)
      if (!rewriter.removed(index)) pass(rewriter, index);
  return rewriter.finish();
}

}  // namespace laminet::cuda
