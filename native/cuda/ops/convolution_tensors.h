// The tensors of a convolution instruction by their roles, and its kernel turned over.
#pragma once

#include "cuda/convolution.h"
#include "cuda/kernels/turn.h"
#include "cuda/lowering.h"

namespace laminet::cuda {

struct ConvolutionTensors {
  int x, kernel, y;
  int bias = -1;
};

inline ConvolutionTensors convolution_tensors(const Lowering& lowering, const Instruction& instruction, Direction direction) {
  const auto operand = [&](size_t position) { return lowering.tensor(instruction.operands[position]); };
  const int result = lowering.tensor(instruction.results[0]);
  if (direction == Direction::backward_input) return {.x = result, .kernel = operand(0), .y = operand(1)};
  if (direction == Direction::backward_kernel) return {.x = operand(0), .kernel = result, .y = operand(1)};
  return {.x = operand(0), .kernel = operand(1), .y = result, .bias = instruction.operands.size() > 2 ? operand(2) : -1};
}

// The kernel as a matrix: [kh * kw * c / groups, o].
struct KernelMatrix {
  explicit KernelMatrix(const Convolution& c)
      : rows(c.geometry.rows.window * c.geometry.columns.window * (c.channels / c.groups)),
        columns(c.outputs),
        element_bytes(dtype_bytes(c.dtype)) {}

  // False when [o, kh, kw, c / groups] is the same memory.
  bool turns() const { return rows > 1 && columns > 1; }
  size_t bytes() const { return static_cast<size_t>(rows * columns) * element_bytes; }
  void turn(const void* kernel, void* turned, cudaStream_t stream) const {
    launch_turn(kernel, turned, rows, columns, element_bytes, stream);
  }
  void turn_back(const void* turned, void* kernel, cudaStream_t stream) const {
    launch_turn(turned, kernel, columns, rows, element_bytes, stream);
  }

  int64_t rows, columns;
  size_t element_bytes;
};

}  // namespace laminet::cuda
