// Tensors in memory, of any element type and strides, to and from dense arrays of doubles.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <vector>

namespace laminet::emulated_cudnn {

using Sizes = std::vector<int64_t>;
using Dense = std::vector<double>;

struct Operand {
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  char* data = nullptr;
  Sizes dims{}, strides{};  // in elements

  // The same memory, its axes in this order.
  Operand permuted(const Sizes& order) const;
  // The same memory, where `axis` becomes two: the outer one of `outer` steps.
  Operand split(size_t axis, int64_t outer) const;
};

// Row-major in the order of the operand's axes. `tensor_float32`: float32 numbers lose the bits that TF32 has not.
Dense load(const Operand& operand, bool tensor_float32 = false);
// operand = alpha * values + beta * operand, rounded to its type; with beta 0 it is not read.
void store(const Operand& operand, const Dense& values, double alpha = 1, double beta = 0);

}  // namespace laminet::emulated_cudnn
