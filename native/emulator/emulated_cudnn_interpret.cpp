#include "emulated_cudnn_interpret.h"

#include <algorithm>

namespace laminet::emulated_cudnn {

namespace {

Sizes row_major(const Sizes& dims) {
  Sizes strides(dims.size(), 1);
  for (size_t axis = dims.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * std::max<int64_t>(dims[axis], 1);
  return strides;
}

// Axes of size 1 repeat along `dims`.
Operand broadcast(const Operand& operand, const Sizes& dims) {
  Operand result = operand;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (operand.dims[axis] == dims[axis]) continue;
    result.dims[axis] = dims[axis];
    result.strides[axis] = 0;
  }
  return result;
}

double clipped(const Operation& operation, double x) {
  if (x < operation.lower) return operation.lower + operation.slope * (x - operation.lower);
  return std::min(x, operation.upper);
}

double formula(const Operation& operation, double x, double b) {
  switch (operation.mode) {
    case CUDNN_POINTWISE_ADD: return operation.alpha * x + operation.beta * b;
    case CUDNN_POINTWISE_MUL: return operation.alpha * x * (operation.beta * b);
    case CUDNN_POINTWISE_RELU_FWD: return clipped(operation, operation.alpha * x);
    case CUDNN_POINTWISE_RELU_BWD: return x > operation.lower ? (x < operation.upper ? b : 0) : operation.slope * b;
    default: return operation.alpha * x;
  }
}

void apply_pointwise(const Operation& operation, const std::vector<Operand>& inputs, const Operand& output) {
  Dense x = load(broadcast(inputs[0], output.dims));
  const Dense b = inputs.size() > 1 ? load(broadcast(inputs[1], output.dims)) : Dense(x.size(), 0.0);
  for (size_t index = 0; index < x.size(); ++index) x[index] = formula(operation, x[index], b[index]);
  store(output, x);
}

void multiply(const Operand& a, const Operand& b, const Operand& c, bool tensor_float32) {
  const size_t rank = c.dims.size();
  const int64_t rows = c.dims[rank - 2], columns = c.dims[rank - 1], depth = a.dims[rank - 1];
  Sizes a_dims = c.dims, b_dims = c.dims;
  a_dims[rank - 1] = b_dims[rank - 2] = depth;
  const Dense left = load(broadcast(a, a_dims), tensor_float32), right = load(broadcast(b, b_dims), tensor_float32);
  const int64_t batch = depth == 0 || rows == 0 ? 0 : static_cast<int64_t>(left.size()) / (rows * depth);
  Dense result(static_cast<size_t>(batch * rows * columns), 0.0);
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t k = 0; k < depth; ++k)
        for (int64_t j = 0; j < columns; ++j)
          result[(n * rows + i) * columns + j] += left[(n * rows + i) * depth + k] * right[(n * depth + k) * columns + j];
  store(c, result);
}

// Each axis of y divides the axis of x: x's index is y's plus multiples of y's size.
void add_up(const Operand& x, const Operand& y) {
  const Dense values = load(x);
  const Sizes from = row_major(x.dims), to = row_major(y.dims);
  Dense sums(1, 0.0);
  for (int64_t size : y.dims) sums.resize(sums.size() * static_cast<size_t>(size), 0.0);
  for (size_t position = 0; position < values.size(); ++position) {
    int64_t target = 0;
    for (size_t axis = 0; axis < x.dims.size(); ++axis)
      target += static_cast<int64_t>(position) / from[axis] % x.dims[axis] % y.dims[axis] * to[axis];
    sums[static_cast<size_t>(target)] += values[position];
  }
  store(y, sums);
}

}  // namespace

void interpret(const Graph& graph, const std::map<int64_t, void*>& memory, bool tensor_float32) {
  std::map<int64_t, Dense> virtual_values;
  const auto operand = [&](const Tensor& tensor) -> Operand {
    if (!tensor.is_virtual)
      return {.type = tensor.type, .data = static_cast<char*>(memory.at(tensor.uid)), .dims = tensor.dims, .strides = tensor.strides};
    Dense& values = virtual_values[tensor.uid];
    values.resize(static_cast<size_t>(tensor.count()));
    return {
        .type = CUDNN_DATA_DOUBLE, .data = reinterpret_cast<char*>(values.data()), .dims = tensor.dims, .strides = row_major(tensor.dims)};
  };
  for (const Operation& operation : graph.operations) {
    std::vector<Operand> inputs;
    for (const Tensor& input : operation.inputs) inputs.push_back(operand(input));
    const Operand output = operand(operation.output);
    switch (operation.kind) {
      case Kind::pointwise: apply_pointwise(operation, inputs, output); break;
      case Kind::matmul: multiply(inputs[0], inputs[1], output, tensor_float32); break;
      case Kind::reduction: add_up(inputs[0], output); break;
      default: convolve(operation, inputs[0], inputs[1], output, tensor_float32); break;
    }
  }
}

}  // namespace laminet::emulated_cudnn
