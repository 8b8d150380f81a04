#include "emulated_cudnn_graph.h"

#include <algorithm>
#include <limits>
#include <set>

namespace laminet::emulated_cudnn {

int64_t Tensor::count() const {
  int64_t product = 1;
  for (int64_t size : dims) product *= size;
  return product;
}

size_t Tensor::span() const {
  if (count() == 0) return 0;
  int64_t last = 0;
  for (size_t axis = 0; axis < dims.size(); ++axis) last += (dims[axis] - 1) * strides[axis];
  return static_cast<size_t>(last + 1) * type_bytes(type);
}

size_t type_bytes(cudnnDataType_t type) {
  switch (type) {
    case CUDNN_DATA_DOUBLE:
    case CUDNN_DATA_INT64: return 8;
    case CUDNN_DATA_HALF:
    case CUDNN_DATA_BFLOAT16: return 2;
    case CUDNN_DATA_INT8:
    case CUDNN_DATA_UINT8:
    case CUDNN_DATA_BOOLEAN: return 1;
    default: return 4;
  }
}

Tensor tensor_of(const Descriptor& descriptor) {
  return {.uid = descriptor.value<int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID, 0),
          .type = descriptor.value(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT),
          .dims = descriptor.list<int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS),
          .strides = descriptor.list<int64_t>(CUDNN_ATTR_TENSOR_STRIDES),
          .alignment = descriptor.value<int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, 1),
          .is_virtual = descriptor.value<char>(CUDNN_ATTR_TENSOR_IS_VIRTUAL, 0) != 0};
}

namespace {

// The attributes of the three convolutions, in the order of Operation.
struct ConvolutionNames {
  cudnnBackendAttributeName_t first, second, output, geometry, alpha, beta;
};

Operation convolution_of(const Descriptor& descriptor, Kind kind, const ConvolutionNames& names) {
  const Descriptor& geometry = *descriptor.child(names.geometry);
  return {.kind = kind,
          .compute = geometry.value(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT),
          .inputs = {tensor_of(*descriptor.child(names.first)), tensor_of(*descriptor.child(names.second))},
          .output = tensor_of(*descriptor.child(names.output)),
          .alpha = descriptor.real(names.alpha, 1),
          .beta = descriptor.real(names.beta, 0),
          .flipped = geometry.value(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CONVOLUTION) == CUDNN_CONVOLUTION,
          .before = geometry.list<int64_t>(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS),
          .after = geometry.list<int64_t>(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS),
          .strides = geometry.list<int64_t>(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES),
          .dilations = geometry.list<int64_t>(CUDNN_ATTR_CONVOLUTION_DILATIONS)};
}

Operation pointwise_of(const Descriptor& descriptor) {
  const Descriptor& formula = *descriptor.child(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR);
  Operation operation{.kind = Kind::pointwise,
                      .compute = formula.value(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT),
                      .inputs = {tensor_of(*descriptor.child(CUDNN_ATTR_OPERATION_POINTWISE_XDESC))},
                      .output = {},
                      .alpha = descriptor.real(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, 1),
                      .beta = descriptor.real(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, 1),
                      .mode = formula.value(CUDNN_ATTR_POINTWISE_MODE, CUDNN_POINTWISE_ADD),
                      .lower = formula.real(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP, 0),
                      .upper = formula.real(CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, std::numeric_limits<double>::max()),
                      .slope = formula.real(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, 0)};
  const bool backward = operation.mode >= CUDNN_POINTWISE_RELU_BWD && operation.mode <= CUDNN_POINTWISE_GELU_APPROX_TANH_BWD;
  const DescriptorPtr second = descriptor.child(backward ? CUDNN_ATTR_OPERATION_POINTWISE_DYDESC : CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
  if (second != nullptr) operation.inputs.push_back(tensor_of(*second));
  operation.output = tensor_of(*descriptor.child(backward ? CUDNN_ATTR_OPERATION_POINTWISE_DXDESC : CUDNN_ATTR_OPERATION_POINTWISE_YDESC));
  return operation;
}

// Puts operations after those that make what they read; descriptors may list them in any order.
std::vector<Operation> in_order(std::vector<Operation> rest) {
  std::vector<Operation> ordered;
  std::set<int64_t> pending;
  for (const Operation& operation : rest) pending.insert(operation.output.uid);
  while (!rest.empty()) {
    const auto ready = std::find_if(rest.begin(), rest.end(), [&](const Operation& operation) {
      return std::none_of(operation.inputs.begin(), operation.inputs.end(),
                          [&](const Tensor& tensor) { return pending.count(tensor.uid) != 0; });
    });
    require(ready != rest.end(), CUDNN_STATUS_BAD_PARAM, "the operations depend on each other in a circle");
    pending.erase(ready->output.uid);
    ordered.push_back(*ready);
    rest.erase(ready);
  }
  return ordered;
}

std::string pointwise_name(cudnnPointwiseMode_t mode) {
  switch (mode) {
    case CUDNN_POINTWISE_ADD: return "add";
    case CUDNN_POINTWISE_MUL: return "mul";
    case CUDNN_POINTWISE_IDENTITY: return "identity";
    case CUDNN_POINTWISE_RELU_FWD: return "relu";
    case CUDNN_POINTWISE_RELU_BWD: return "relu_backward";
    default: return "pointwise_" + std::to_string(mode);
  }
}

}  // namespace

Operation operation_of(const Descriptor& descriptor) {
  switch (descriptor.type) {
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
      return convolution_of(descriptor, Kind::convolution_forward,
                            {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                             CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                             CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA});
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
      return convolution_of(descriptor, Kind::convolution_backward_data,
                            {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                             CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                             CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA});
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
      return convolution_of(descriptor, Kind::convolution_backward_filter,
                            {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                             CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                             CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA});
    case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR: return pointwise_of(descriptor);
    case CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR:
      return {.kind = Kind::matmul,
              .compute = descriptor.child(CUDNN_ATTR_OPERATION_MATMUL_DESC)->value(CUDNN_ATTR_MATMUL_COMP_TYPE, CUDNN_DATA_FLOAT),
              .inputs = {tensor_of(*descriptor.child(CUDNN_ATTR_OPERATION_MATMUL_ADESC)),
                         tensor_of(*descriptor.child(CUDNN_ATTR_OPERATION_MATMUL_BDESC))},
              .output = tensor_of(*descriptor.child(CUDNN_ATTR_OPERATION_MATMUL_CDESC))};
    case CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR: {
      const Descriptor& formula = *descriptor.child(CUDNN_ATTR_OPERATION_REDUCTION_DESC);
      return {.kind = Kind::reduction,
              .compute = formula.value(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_DATA_FLOAT),
              .inputs = {tensor_of(*descriptor.child(CUDNN_ATTR_OPERATION_REDUCTION_XDESC))},
              .output = tensor_of(*descriptor.child(CUDNN_ATTR_OPERATION_REDUCTION_YDESC)),
              .reduction = formula.value(CUDNN_ATTR_REDUCTION_OPERATOR, CUDNN_REDUCE_TENSOR_ADD)};
    }
    default: refuse(CUDNN_STATUS_BAD_PARAM, "descriptor " + std::to_string(descriptor.type) + " is no operation");
  }
}

Graph graph_of(const Descriptor& descriptor) {
  std::vector<Operation> operations;
  for (const DescriptorPtr& child : descriptor.attributes.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).children)
    operations.push_back(operation_of(*child));
  return {in_order(std::move(operations))};
}

std::string Graph::name() const {
  std::string text;
  for (const Operation& operation : operations) {
    if (!text.empty()) text += "+";
    switch (operation.kind) {
      case Kind::convolution_forward: text += "convolution_forward"; break;
      case Kind::convolution_backward_data: text += "convolution_backward_data"; break;
      case Kind::convolution_backward_filter: text += "convolution_backward_filter"; break;
      case Kind::pointwise: text += pointwise_name(operation.mode); break;
      case Kind::matmul: text += "matmul"; break;
      case Kind::reduction: text += "reduction"; break;
    }
  }
  return text;
}

std::vector<Tensor> Graph::bound() const {
  std::vector<Tensor> tensors;
  const auto add = [&](const Tensor& tensor) {
    const auto same = [&](const Tensor& other) { return other.uid == tensor.uid; };
    if (!tensor.is_virtual && std::none_of(tensors.begin(), tensors.end(), same)) tensors.push_back(tensor);
  };
  for (const Operation& operation : operations) {
    for (const Tensor& input : operation.inputs) add(input);
    add(operation.output);
  }
  return tensors;
}

}  // namespace laminet::emulated_cudnn
