#include "cost.h"

namespace laminet {

namespace {

double count(const Program& program, int value) { return static_cast<double>(element_count(program.type(value).shape)); }

// Every cell of the output, in every image, meets every weight of the kernel once: 2 * batch * height * width * weights.
double convolution(const Program& program, int kernel, int output) {
  const Shape& shape = program.type(output).shape;
  return 2.0 * static_cast<double>(shape[0] * shape[1] * shape[2]) * count(program, kernel);
}

// [.., m, k] times [.., k, n]
double product(const Program& program, const Instruction& instruction) {
  const Shape& left = program.type(instruction.operands[0]).shape;
  const int64_t inner = left[left.size() - (instruction.flag("transposeA") ? 2 : 1)];
  return 2.0 * count(program, instruction.results[0]) * static_cast<double>(inner);
}

}  // namespace

double flops_of(const Program& program, const Instruction& instruction) {
  const std::string& op = instruction.op;
  if (op == "conv2d") return convolution(program, instruction.operands[1], instruction.results[0]);
  if (op == "conv2d_backward_input") return convolution(program, instruction.operands[0], instruction.operands[1]);
  if (op == "conv2d_backward_kernel") return convolution(program, instruction.results[0], instruction.operands[1]);
  if (op == "matmul") return product(program, instruction);
  return 0;
}

}  // namespace laminet
