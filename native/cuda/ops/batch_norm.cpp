// batch_norm and batch_norm_backward, alone or as fused with what follows them:
// batch_norm (x, gamma, beta[, skip]) {activation="relu" | "leaky_relu", alpha} gives y = activation(normalised x + skip);
// batch_norm_backward (x, gamma, beta, mean, variance, dy[, y]) {activation, alpha, skip} takes dy behind that activation, which gave y,
// and with skip=true gives the residual's gradient as a fourth result.
#include "cuda/kernels/batch_norm.h"

#include "cuda/lowering.h"

namespace laminet::cuda {

namespace {

bool describe(const Lowering& lowering, const Instruction& instruction, BatchNorm& norm, std::string& refusal) {
  const Type& x = lowering.type(instruction.operands[0]);
  norm.dtype = x.dtype;
  norm.parameters = lowering.type(instruction.operands[1]).dtype;
  norm.channels = x.shape.back();
  norm.rows = norm.channels == 0 ? 0 : element_count(x.shape) / norm.channels;
  norm.epsilon = instruction.number("epsilon");
  if (instruction.has("activation")) {
    norm.activation = instruction.text("activation") == "relu" ? NormActivation::relu : NormActivation::leaky_relu;
    norm.alpha = instruction.number("alpha", 0);
  }
  if (!batch_norm_supported(norm.dtype, norm.parameters)) {
    refusal = std::string("no kernel for ") + dtype_name(norm.dtype) + " with parameters of type " + dtype_name(norm.parameters);
    return false;
  }
  return true;
}

std::string step_name(const Instruction& instruction, bool skip) {
  std::string name = instruction.op;
  if (skip) name += "+add";
  if (instruction.has("activation")) name += "+" + instruction.text("activation");
  return name;
}

std::vector<int> tensors(const Lowering& lowering, const std::vector<int>& values) {
  std::vector<int> result;
  for (const int value : values) result.push_back(lowering.tensor(value));
  return result;
}

bool batch_norm(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  BatchNorm norm;
  if (!describe(lowering, instruction, norm, refusal)) return false;
  const std::vector<int> in = tensors(lowering, instruction.operands), out = tensors(lowering, instruction.results);
  const bool skip = in.size() > 3;
  const int scratch = lowering.scratch(batch_norm_scratch_bytes(norm));
  lowering.add(instruction, {step_name(instruction, skip), "own kernels", {scratch}}, work([=](const Places& at, Context& context) {
                 launch_batch_norm(norm,
                                   {.x = at.at(in[0]),
                                    .gamma = at.at(in[1]),
                                    .beta = at.at(in[2]),
                                    .skip = skip ? at.at(in[3]) : nullptr,
                                    .y = at.at(out[0]),
                                    .mean = at.at(out[1]),
                                    .variance = at.at(out[2]),
                                    .scratch = at.at(scratch)},
                                   context.stream());
               }));
  return true;
}

bool batch_norm_backward(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  BatchNorm norm;
  if (!describe(lowering, instruction, norm, refusal)) return false;
  const std::vector<int> in = tensors(lowering, instruction.operands), out = tensors(lowering, instruction.results);
  const bool masks = norm.activation != NormActivation::none, skip = instruction.flag("skip");
  const int scratch = lowering.scratch(batch_norm_scratch_bytes(norm));
  lowering.add(instruction, {step_name(instruction, skip), "own kernels", {scratch}}, work([=](const Places& at, Context& context) {
                 launch_batch_norm_backward(norm,
                                            {.x = at.at(in[0]),
                                             .gamma = at.at(in[1]),
                                             .mean = at.at(in[3]),
                                             .variance = at.at(in[4]),
                                             .dy = at.at(in[5]),
                                             .y = masks ? at.at(in[6]) : nullptr,
                                             .dx = at.at(out[0]),
                                             .dgamma = at.at(out[1]),
                                             .dbeta = at.at(out[2]),
                                             .dskip = skip ? at.at(out[3]) : nullptr,
                                             .scratch = at.at(scratch)},
                                            context.stream());
               }));
  return true;
}

const Registration forward_registration{"batch_norm", 0, batch_norm};
const Registration backward_registration{"batch_norm_backward", 0, batch_norm_backward};

}  // namespace

}  // namespace laminet::cuda
