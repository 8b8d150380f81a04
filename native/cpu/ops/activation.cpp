#include "activation.h"

namespace laminet::cpu {

namespace {

// The other operand of an addition, when it is one vector for every row of `value`.
int added_vector(const ClaimGraph& graph, const Instruction& addition, int value) {
  if (addition.op != "add" || graph.shape(addition.results.front()) != graph.shape(value)) return -1;
  const int other = addition.operands[0] == value ? addition.operands[1] : addition.operands[0];
  const Shape& shape = graph.shape(other);
  const int64_t channels = graph.shape(value).back();
  const bool vector = !shape.empty() && shape.back() == channels && element_count(shape) == channels && graph.is_f32(other);
  return vector && other != value ? other : -1;
}

}  // namespace

std::optional<Activation> activation_of(const Instruction& instruction) {
  using dnnl::algorithm;
  if (instruction.op == "relu") return Activation{algorithm::eltwise_relu, 0, 0, "relu"};
  if (instruction.op == "tanh") return Activation{algorithm::eltwise_tanh, 0, 0, "tanh"};
  if (instruction.op == "sigmoid") return Activation{algorithm::eltwise_logistic, 0, 0, "sigmoid"};
  if (instruction.op != "leaky_relu" && instruction.op != "elu") return std::nullopt;
  const auto alpha = static_cast<float>(instruction.number("alpha"));
  const auto algorithm = instruction.op == "elu" ? algorithm::eltwise_elu : algorithm::eltwise_relu;
  return Activation{algorithm, alpha, 0, instruction.op + std::to_string(alpha)};
}

dnnl::primitive_attr Tail::attributes() const {
  dnnl::primitive_attr result = cpu::attributes();
  if (activation) {
    dnnl::post_ops operations;
    append_eltwise(operations, activation->algorithm, activation->alpha, activation->beta);
    result.set_post_ops(operations);
  }
  return result;
}

std::optional<float> Tail::slope() const {
  if (!activation) return 1.0F;
  return activation->algorithm == dnnl::algorithm::eltwise_relu ? std::optional(activation->alpha) : std::nullopt;
}

Tail tail_of(const ClaimGraph& graph, int value) {
  Tail tail;
  tail.result = value;
  for (int reader = graph.only_reader(value); reader >= 0; reader = graph.only_reader(tail.result)) {
    const Instruction& instruction = graph.instruction(reader);
    const int bias = tail.bias < 0 ? added_vector(graph, instruction, tail.result) : -1;
    const std::optional<Activation> activation = bias < 0 ? activation_of(instruction) : std::nullopt;
    if (bias < 0 && !activation) break;
    if (bias >= 0) tail.bias = bias;
    if (activation) tail.activation = activation;
    tail.instructions.push_back(reader);
    tail.name += "+" + instruction.op;
    tail.result = instruction.results.front();
    if (activation) break;
  }
  return tail;
}

}  // namespace laminet::cpu
