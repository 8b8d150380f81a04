#include "graph.h"

namespace laminet::cuda::cudnn {

namespace {

constexpr int64_t kAlignment = 16;  // of every address: arenas and buffers are aligned to 256 bytes

constexpr int64_t id(Tensor tensor) { return static_cast<int64_t>(tensor); }

using Numbers = std::vector<int64_t>;

Descriptor tensor(int64_t id, cudnnDataType_t type, const Numbers& sizes, const Numbers& strides, bool is_virtual) {
  Descriptor result(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  result.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, id);
  result.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
  result.set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes);
  result.set(CUDNN_ATTR_TENSOR_STRIDES, strides);
  result.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment);
  if (is_virtual) result.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, true);
  result.finalize();
  return result;
}

// [images, channels, rows, columns] over memory with the channels last.
Descriptor image(int64_t id, cudnnDataType_t type, int64_t images, int64_t channels, int64_t rows, int64_t columns,
                 bool is_virtual = false) {
  return tensor(id, type, {images, channels, rows, columns}, {rows * columns * channels, 1, columns * channels, channels}, is_virtual);
}

// [outputs, inputs of a group, rows, columns] over memory with the inputs last.
Descriptor kernel_tensor(const Convolution& c) {
  const int64_t inputs = c.channels / c.groups, rows = c.geometry.rows.window, columns = c.geometry.columns.window;
  return image(id(Tensor::kernel), data_type(c.dtype), c.outputs, inputs, rows, columns);
}

// float64 is computed in itself, everything else in float32.
cudnnDataType_t compute_type(DType dtype) { return dtype == DType::f64 ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT; }

Descriptor window(const Convolution& c) {
  const auto& [rows, columns] = c.geometry;
  Descriptor result(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  result.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, compute_type(c.dtype));
  result.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
  result.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, int64_t{2});
  result.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, Numbers{rows.before, columns.before});
  result.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, Numbers{rows.after, columns.after});
  result.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, Numbers{rows.stride, columns.stride});
  result.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, Numbers{rows.dilation, columns.dilation});
  result.finalize();
  return result;
}

struct Names {
  cudnnBackendDescriptorType_t operation;
  cudnnBackendAttributeName_t x, kernel, y, window, alpha, beta;
};

Names names(Direction direction) {
  switch (direction) {
    case Direction::forward:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
    case Direction::backward_input:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
    default:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
  }
}

Descriptor convolution_operation(const Convolution& c, const Descriptor& y) {
  const cudnnDataType_t type = data_type(c.dtype);
  const Names name = names(c.direction);
  Descriptor result(name.operation);
  result.set(name.x, image(id(Tensor::x), type, c.images, c.channels, c.geometry.rows.input, c.geometry.columns.input));
  result.set(name.kernel, kernel_tensor(c));
  result.set(name.y, y);
  result.set(name.window, window(c));
  if (c.dtype == DType::f64) {
    result.set(name.alpha, 1.0);
    result.set(name.beta, 0.0);
  } else {
    result.set(name.alpha, 1.0f);
    result.set(name.beta, 0.0f);
  }
  result.finalize();
  return result;
}

Descriptor pointwise_operation(cudnnPointwiseMode_t mode, DType dtype, const Descriptor& from, const Descriptor* other,
                               const Descriptor& to) {
  Descriptor formula(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  formula.set(CUDNN_ATTR_POINTWISE_MODE, mode);
  formula.set(CUDNN_ATTR_POINTWISE_MATH_PREC, compute_type(dtype));
  formula.finalize();
  Descriptor result(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  result.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, formula);
  result.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from);
  if (other != nullptr) result.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *other);
  result.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to);
  result.finalize();
  return result;
}

}  // namespace

cudnnDataType_t data_type(DType dtype) {
  switch (dtype) {
    case DType::f64: return CUDNN_DATA_DOUBLE;
    case DType::bf16: return CUDNN_DATA_BFLOAT16;
    case DType::f16: return CUDNN_DATA_HALF;
    default: return CUDNN_DATA_FLOAT;
  }
}

Descriptor operation_graph(const Convolution& c, const Target& target) {
  const auto output = [&](int64_t id, cudnnDataType_t type, bool is_virtual) {
    return image(id, type, c.images, c.outputs, c.geometry.rows.output, c.geometry.columns.output, is_virtual);
  };
  constexpr int64_t kProduct = 5, kSum = 6;  // virtual tensors: between the operations of a fused graph, in the type of the sums
  const cudnnDataType_t sums = compute_type(c.dtype);
  const Descriptor y = output(id(Tensor::y), data_type(c.dtype), false);
  std::vector<Descriptor> operations;
  if (c.epilogue == Epilogue::none) {
    operations.push_back(convolution_operation(c, y));
  } else {
    const bool rectified = c.epilogue == Epilogue::bias_relu;
    const Descriptor product = output(kProduct, sums, true), sum = rectified ? output(kSum, sums, true) : y;
    const Descriptor bias = tensor(id(Tensor::bias), data_type(c.dtype), {1, c.outputs, 1, 1}, {c.outputs, 1, c.outputs, c.outputs}, false);
    operations.push_back(convolution_operation(c, product));
    operations.push_back(pointwise_operation(CUDNN_POINTWISE_ADD, c.dtype, product, &bias, sum));
    if (rectified) operations.push_back(pointwise_operation(CUDNN_POINTWISE_RELU_FWD, c.dtype, sum, nullptr, y));
  }
  Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  target.place(graph);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations);
  graph.finalize();
  return graph;
}

}  // namespace laminet::cuda::cudnn
