// What a cuDNN operation graph says, as data: read from finalised descriptors, run by the interpreter, kept in a plan's text.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "emulated_cudnn_descriptor.h"

namespace laminet::emulated_cudnn {

struct Tensor {
  int64_t uid = 0;
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  std::vector<int64_t> dims{}, strides{};  // in elements
  int64_t alignment = 16;
  bool is_virtual = false;

  int64_t count() const;
  // Bytes from the first element to the end of the last.
  size_t span() const;
};

size_t type_bytes(cudnnDataType_t type);

enum class Kind { convolution_forward, convolution_backward_data, convolution_backward_filter, pointwise, matmul, reduction };

struct Operation {
  Kind kind = Kind::pointwise;
  cudnnDataType_t compute = CUDNN_DATA_FLOAT;
  // Convolutions: {x, w} -> y, {dy, w} -> dx, {x, dy} -> dw. Pointwise: {x}, {x, b} -> y or {x, dy} -> dx. Matmul: {a, b} -> c.
  // Reduction: {x} -> y.
  std::vector<Tensor> inputs{};
  Tensor output{};
  double alpha = 1, beta = 0;  // of pointwise operations: the factors of x and of b
  // Convolutions.
  bool flipped = false;  // CUDNN_CONVOLUTION instead of CUDNN_CROSS_CORRELATION
  std::vector<int64_t> before{}, after{}, strides{}, dilations{};
  // Pointwise.
  cudnnPointwiseMode_t mode = CUDNN_POINTWISE_ADD;
  double lower = 0, upper = 0, slope = 0;  // clips of ReLU
  // Reductions.
  cudnnReduceTensorOp_t reduction = CUDNN_REDUCE_TENSOR_ADD;

  bool is_convolution() const { return kind <= Kind::convolution_backward_filter; }
};

struct Graph {
  std::vector<Operation> operations;  // each after those whose results it reads

  // "convolution_forward+add+relu"
  std::string name() const;
  // The tensors that a variant pack gives memory for.
  std::vector<Tensor> bound() const;
};

// From finalised descriptors.
Tensor tensor_of(const Descriptor& descriptor);
Operation operation_of(const Descriptor& descriptor);
Graph graph_of(const Descriptor& descriptor);

void write(std::ostream& out, const Graph& graph);
// Fails the stream when the text is no graph.
Graph read_graph(std::istream& in);

}  // namespace laminet::emulated_cudnn
