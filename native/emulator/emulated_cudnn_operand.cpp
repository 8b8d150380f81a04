#include "emulated_cudnn_operand.h"

#include "numbers.h"

namespace laminet::emulated_cudnn {

namespace {

using emulator::widen;

template <typename Body>
void with_type(cudnnDataType_t type, Body body) {
  switch (type) {
    case CUDNN_DATA_DOUBLE: return body(double{});
    case CUDNN_DATA_HALF: return body(float16{});
    case CUDNN_DATA_BFLOAT16: return body(bfloat16{});
    default: return body(float{});
  }
}

// body(offset of the element) for all elements, row-major.
template <typename Body>
void for_each_offset(const Operand& operand, Body body) {
  const size_t rank = operand.dims.size();
  const int64_t columns = operand.dims[rank - 1], step = operand.strides[rank - 1];
  for (int64_t size : operand.dims)
    if (size == 0) return;
  Sizes index(rank, 0);
  for (int64_t row = 0;;) {
    for (int64_t column = 0; column < columns; ++column) body(row + column * step);
    size_t axis = rank - 1;
    do {
      if (axis-- == 0) return;
      row += operand.strides[axis];
      if (++index[axis] < operand.dims[axis]) break;
      row -= operand.strides[axis] * operand.dims[axis];
      index[axis] = 0;
    } while (true);
  }
}

}  // namespace

Operand Operand::permuted(const Sizes& order) const {
  Operand result{.type = type, .data = data};
  for (int64_t axis : order) {
    result.dims.push_back(dims[static_cast<size_t>(axis)]);
    result.strides.push_back(strides[static_cast<size_t>(axis)]);
  }
  return result;
}

Operand Operand::split(size_t axis, int64_t outer) const {
  Operand result = *this;
  const int64_t inner = dims[axis] / outer, at = static_cast<int64_t>(axis);
  result.dims[axis] = inner;
  result.dims.insert(result.dims.begin() + at, outer);
  result.strides.insert(result.strides.begin() + at, inner * strides[axis]);
  return result;
}

Dense load(const Operand& operand, bool tensor_float32) {
  Dense values;
  with_type(operand.type, [&]<typename T>(T) {
    const T* data = reinterpret_cast<const T*>(operand.data);
    for_each_offset(operand, [&](int64_t offset) { values.push_back(widen(data[offset])); });
  });
  if (tensor_float32 && operand.type == CUDNN_DATA_FLOAT)
    for (double& value : values) value = emulator::rounded_to_tensor_float32(value);
  return values;
}

void store(const Operand& operand, const Dense& values, double alpha, double beta) {
  with_type(operand.type, [&]<typename T>(T) {
    T* data = reinterpret_cast<T*>(operand.data);
    const double* value = values.data();
    if (beta == 0) {
      for_each_offset(operand, [&](int64_t offset) { data[offset] = T(alpha * *value++); });
    } else {
      for_each_offset(operand, [&](int64_t offset) { data[offset] = T(alpha * *value++ + beta * widen(data[offset])); });
    }
  });
}

}  // namespace laminet::emulated_cudnn
