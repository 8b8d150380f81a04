#include "convolution.h"

namespace laminet::cuda {

namespace {

Epilogue epilogue_of(const Instruction& instruction) {
  if (!instruction.has("epilogue")) return Epilogue::none;
  const std::string& word = instruction.text("epilogue");
  if (word == "bias") return Epilogue::bias;
  if (word == "bias_relu") return Epilogue::bias_relu;
  throw Error("INTERNAL", instruction.place() + ": unknown epilogue: received '" + word + "'; expected bias or bias_relu");
}

std::string axis_text(const WindowAxis& axis) {
  const auto number = [](int64_t value) { return std::to_string(value); };
  return number(axis.input) + "w" + number(axis.window) + "s" + number(axis.stride) + "d" + number(axis.dilation) + "p" +
         number(axis.before) + "+" + number(axis.after) + "o" + number(axis.output);
}

}  // namespace

std::string Convolution::name() const {
  if (direction == Direction::backward_input) return "conv2d_backward_input";
  if (direction == Direction::backward_kernel) return "conv2d_backward_kernel";
  if (epilogue == Epilogue::bias) return "conv2d+bias";
  return epilogue == Epilogue::bias_relu ? "conv2d+bias+relu" : "conv2d";
}

std::string Convolution::text() const {
  return name() + " " + dtype_name(dtype) + " n" + std::to_string(images) + " c" + std::to_string(channels) + " k" +
         std::to_string(outputs) + " g" + std::to_string(groups) + " rows " + axis_text(geometry.rows) + " columns " +
         axis_text(geometry.columns);
}

Convolution convolution_of(const Program& program, const Instruction& instruction) {
  const auto shape = [&](int value) -> const Shape& { return program.type(value).shape; };
  Convolution result;
  const Shape *x = &shape(instruction.operands[0]), *kernel = &shape(instruction.operands[1]);
  if (instruction.op == "conv2d_backward_input") {
    result.direction = Direction::backward_input;
    kernel = x;
    x = &shape(instruction.results[0]);
  } else if (instruction.op == "conv2d_backward_kernel") {
    result.direction = Direction::backward_kernel;
    kernel = &shape(instruction.results[0]);
  } else {
    result.epilogue = epilogue_of(instruction);
  }
  result.dtype = program.type(instruction.results[0]).dtype;
  result.images = x->at(0);
  result.channels = x->at(3);
  result.outputs = kernel->at(3);
  result.groups = static_cast<int64_t>(instruction.number("groups"));
  result.geometry = conv_geometry(instruction, *x, *kernel);
  return result;
}

}  // namespace laminet::cuda
