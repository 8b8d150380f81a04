#include "emulated_cudnn_operand.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstring>

namespace laminet::emulated_cudnn {

namespace {

double widen(float x) { return x; }
double widen(double x) { return x; }
double widen(__half x) { return __half2float(x); }
double widen(__nv_bfloat16 x) { return __bfloat162float(x); }

template <typename T>
T narrow(double x) {
  return static_cast<T>(x);
}
template <>
__half narrow<__half>(double x) {
  return __float2half(static_cast<float>(x));
}
template <>
__nv_bfloat16 narrow<__nv_bfloat16>(double x) {
  return __float2bfloat16(static_cast<float>(x));
}

template <typename Body>
void with_type(cudnnDataType_t type, Body body) {
  switch (type) {
    case CUDNN_DATA_DOUBLE: return body(double{});
    case CUDNN_DATA_HALF: return body(__half{});
    case CUDNN_DATA_BFLOAT16: return body(__nv_bfloat16{});
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

// To the 10 bits of TF32's mantissa, to the nearest, ties to even.
double rounded_to_tensor_float32(double x) {
  const float single = static_cast<float>(x);
  uint32_t bits;
  std::memcpy(&bits, &single, sizeof bits);
  bits = (bits + 0xfff + (bits >> 13 & 1)) & ~uint32_t{0x1fff};
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
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
    for (double& value : values) value = rounded_to_tensor_float32(value);
  return values;
}

void store(const Operand& operand, const Dense& values, double alpha, double beta) {
  with_type(operand.type, [&]<typename T>(T) {
    T* data = reinterpret_cast<T*>(operand.data);
    const double* value = values.data();
    if (beta == 0) {
      for_each_offset(operand, [&](int64_t offset) { data[offset] = narrow<T>(alpha * *value++); });
    } else {
      for_each_offset(operand, [&](int64_t offset) { data[offset] = narrow<T>(alpha * *value++ + beta * widen(data[offset])); });
    }
  });
}

}  // namespace laminet::emulated_cudnn
