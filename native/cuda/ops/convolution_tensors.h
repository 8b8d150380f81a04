// The tensors of a convolution instruction by their roles, and its kernel turned over.
#pragma once

#include "cuda/convolution.h"
#include "cuda/kernels/copy.h"
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

// A kernel [kh, kw, c / groups, o] turned into [o, kh, kw, c / groups] and back: the transpose of a matrix.
class KernelTurn {
 public:
  explicit KernelTurn(const Convolution& c)
      : rows_(c.geometry.rows.window * c.geometry.columns.window * (c.channels / c.groups)),
        columns_(c.outputs),
        bytes_(static_cast<size_t>(rows_ * columns_) * dtype_bytes(c.dtype)),
        there_(simplified_view(c.dtype, {columns_, rows_}, {1, columns_}, 0)),
        back_(simplified_view(c.dtype, {rows_, columns_}, {1, rows_}, 0)) {}

  // False when both are the same memory.
  bool needed() const { return rows_ > 1 && columns_ > 1; }
  size_t bytes() const { return bytes_; }
  void turn(const void* kernel, void* turned, cudaStream_t stream) const { launch_copy(there_, kernel, turned, stream); }
  void turn_back(const void* turned, void* kernel, cudaStream_t stream) const { launch_copy(back_, turned, kernel, stream); }

 private:
  int64_t rows_, columns_;
  size_t bytes_;
  View there_, back_;
};

}  // namespace laminet::cuda
