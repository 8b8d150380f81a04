#include "emulated_cudnn_checks.h"

#include <algorithm>

namespace laminet::emulated_cudnn {

namespace {

std::string text(const std::vector<int64_t>& values) {
  std::string result = "[";
  for (size_t index = 0; index < values.size(); ++index) result += (index == 0 ? "" : ", ") + std::to_string(values[index]);
  return result + "]";
}

bool all_at_least(const std::vector<int64_t>& values, int64_t least) {
  return std::all_of(values.begin(), values.end(), [least](int64_t value) { return value >= least; });
}

void bad(const std::string& words) { refuse(CUDNN_STATUS_BAD_PARAM, words); }

// Image, kernel and response of one of the three convolutions.
void check_geometry(const Tensor& x, const Tensor& w, const Tensor& y, const Operation& geometry) {
  const size_t rank = x.dims.size(), spatial = geometry.strides.size();
  if (w.dims.size() != rank || y.dims.size() != rank) bad("the tensors have ranks that differ");
  if (rank != spatial + 2) bad("tensors of rank " + std::to_string(rank) + " with " + std::to_string(spatial) + " spatial dimensions");
  for (const Tensor* tensor : {&x, &w, &y})
    if (!all_at_least(tensor->dims, 1)) bad("a tensor without elements: " + text(tensor->dims));
  if (y.dims[0] != x.dims[0]) bad("yDimA[N_DIM] != xDimA[N_DIM]: " + text(y.dims) + ", " + text(x.dims));
  if (y.dims[1] != w.dims[0]) bad("yDimA[CK_DIM] != wDimA[WK_DIM]: " + text(y.dims) + ", " + text(w.dims));
  if (x.dims[1] % w.dims[1] != 0) bad("0 != xDimA[1] % wDimA[1]: " + text(x.dims) + ", " + text(w.dims));
  if (w.dims[0] % (x.dims[1] / w.dims[1]) != 0) bad("0 != wDimA[0] % groups: " + text(w.dims));
  for (size_t axis = 0; axis < spatial; ++axis) {
    const int64_t extent = (w.dims[axis + 2] - 1) * geometry.dilations[axis] + 1;
    const int64_t room = x.dims[axis + 2] + geometry.before[axis] + geometry.after[axis] - extent;
    if (room < 0 || room / geometry.strides[axis] + 1 != y.dims[axis + 2])
      bad("is_valid_spatial_dim: axis " + std::to_string(axis) + " of x " + text(x.dims) + ", w " + text(w.dims) + ", y " + text(y.dims));
  }
}

void check_pointwise(const Descriptor& descriptor) {
  check_parts(descriptor, {CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, CUDNN_ATTR_OPERATION_POINTWISE_XDESC});
  const cudnnPointwiseMode_t mode =
      descriptor.child(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)->value(CUDNN_ATTR_POINTWISE_MODE, CUDNN_POINTWISE_ADD);
  if (mode >= CUDNN_POINTWISE_RELU_BWD && mode <= CUDNN_POINTWISE_GELU_APPROX_TANH_BWD) {
    check_parts(descriptor, {CUDNN_ATTR_OPERATION_POINTWISE_DYDESC, CUDNN_ATTR_OPERATION_POINTWISE_DXDESC});
  } else {
    check_parts(descriptor, {CUDNN_ATTR_OPERATION_POINTWISE_YDESC});
    if (mode == CUDNN_POINTWISE_ADD || mode == CUDNN_POINTWISE_MUL) check_parts(descriptor, {CUDNN_ATTR_OPERATION_POINTWISE_BDESC});
  }
  const Operation operation = operation_of(descriptor);
  for (const Tensor& input : operation.inputs)
    if (input.dims.size() != operation.output.dims.size()) bad("the tensors have ranks that differ");
}

void check_matmul(const Descriptor& descriptor) {
  check_parts(descriptor, {CUDNN_ATTR_OPERATION_MATMUL_ADESC, CUDNN_ATTR_OPERATION_MATMUL_BDESC, CUDNN_ATTR_OPERATION_MATMUL_CDESC,
                           CUDNN_ATTR_OPERATION_MATMUL_DESC});
  const Operation operation = operation_of(descriptor);
  const std::vector<int64_t>&a = operation.inputs[0].dims, &b = operation.inputs[1].dims, &c = operation.output.dims;
  const size_t rank = a.size();
  require(rank >= 2 && b.size() == rank && c.size() == rank, CUDNN_STATUS_NOT_SUPPORTED, "matrices have equal ranks of at least 2");
  if (a[rank - 1] != b[rank - 2] || a[rank - 2] != c[rank - 2] || b[rank - 1] != c[rank - 1])
    bad("Matmul dim mismatch: a " + text(a) + ", b " + text(b) + ", c " + text(c));
  for (size_t axis = 0; axis + 2 < rank; ++axis)
    if (a[axis] % b[axis] != 0 && b[axis] % a[axis] != 0) bad("batches of a " + text(a) + " and b " + text(b));
}

void check_reduction(const Descriptor& descriptor) {
  check_parts(descriptor,
              {CUDNN_ATTR_OPERATION_REDUCTION_XDESC, CUDNN_ATTR_OPERATION_REDUCTION_YDESC, CUDNN_ATTR_OPERATION_REDUCTION_DESC});
  const Operation operation = operation_of(descriptor);
  const std::vector<int64_t>&x = operation.inputs[0].dims, &y = operation.output.dims;
  if (x.size() != y.size()) bad("the tensors have ranks that differ");
  for (size_t axis = 0; axis < x.size(); ++axis)
    if (y[axis] == 0 || x[axis] % y[axis] != 0) bad("xDim % yDim != 0: " + text(x) + ", " + text(y));
}

}  // namespace

void check_tensor(const Descriptor& descriptor) {
  const Tensor tensor = tensor_of(descriptor);
  if (tensor.dims.empty() || tensor.dims.size() != tensor.strides.size())
    bad("Tensor dimension count (" + std::to_string(tensor.dims.size()) + ") does not match stride count (" +
        std::to_string(tensor.strides.size()) + ")");
  if (tensor.dims.size() > CUDNN_DIM_MAX) bad("Tensor has " + std::to_string(tensor.dims.size()) + " dimensions");
  require(tensor.type != CUDNN_DATA_INT8x4 && tensor.type != CUDNN_DATA_UINT8x4 && tensor.type != CUDNN_DATA_INT8x32,
          CUDNN_STATUS_NOT_SUPPORTED, "a type of vectors");
  if (!all_at_least(tensor.dims, 0)) bad("Tensor dimensions " + text(tensor.dims));
  if (tensor.alignment <= 0 || tensor.alignment % static_cast<int64_t>(type_bytes(tensor.type)) != 0)
    bad("Tensor pointer alignment (" + std::to_string(tensor.alignment) +
        ") must be positive and a multiple of element size for data type " + std::to_string(tensor.type));
}

void check_convolution(const Descriptor& descriptor) {
  const int64_t spatial = descriptor.value<int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 0);
  if (spatial < 1) bad("a convolution has spatial dimensions");
  for (const auto& [name, least, required] : {std::tuple{CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, 0, false},
                                              {CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, 0, false},
                                              {CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, 1, true},
                                              {CUDNN_ATTR_CONVOLUTION_DILATIONS, 1, true}}) {
    const std::vector<int64_t> values = descriptor.list<int64_t>(name);
    if (values.empty() && !required) continue;
    if (static_cast<int64_t>(values.size()) != spatial || !all_at_least(values, least))
      bad("attribute " + std::to_string(name) + " is " + text(values) + " for " + std::to_string(spatial) + " spatial dimensions");
  }
}

void check_parts(const Descriptor& descriptor, std::initializer_list<cudnnBackendAttributeName_t> parts) {
  for (cudnnBackendAttributeName_t name : parts) {
    const DescriptorPtr part = descriptor.child(name);
    if (part == nullptr || !part->finalized) bad("attribute " + std::to_string(name) + " holds no finalised descriptor");
  }
}

void check_operation(const Descriptor& descriptor) {
  switch (descriptor.type) {
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR: {
      check_parts(descriptor, {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC});
      const Operation operation = operation_of(descriptor);
      return check_geometry(operation.inputs[0], operation.inputs[1], operation.output, operation);
    }
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR: {
      check_parts(descriptor, {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC});
      const Operation operation = operation_of(descriptor);
      return check_geometry(operation.output, operation.inputs[1], operation.inputs[0], operation);
    }
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR: {
      check_parts(descriptor, {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
                               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC});
      const Operation operation = operation_of(descriptor);
      return check_geometry(operation.inputs[0], operation.output, operation.inputs[1], operation);
    }
    case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR: return check_pointwise(descriptor);
    case CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR: return check_matmul(descriptor);
    case CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR: return check_reduction(descriptor);
    default: bad("descriptor " + std::to_string(descriptor.type) + " is no operation");
  }
}

}  // namespace laminet::emulated_cudnn
