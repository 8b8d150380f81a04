// From a dtype to the type that kernels keep it in.
#pragma once


#include <string>

#include "cuda/kernels/device.h"
#include "runtime/program.h"

namespace laminet::cuda {

// body.operator()<T>() for the storage type of a float dtype; `name` is for the error message.
template <typename Body>
void with_float_type(const char* name, DType dtype, const Body& body) {
  switch (dtype) {
    case DType::f32: return body.template operator()<float>();
    case DType::f64: return body.template operator()<double>();
    case DType::bf16: return body.template operator()<__nv_bfloat16>();
    case DType::f16: return body.template operator()<__half>();
    default: throw Error("INTERNAL", std::string(name) + ": no kernel: received " + dtype_name(dtype) + "; expected a float type");
  }
}

template <typename T>
Global<const T> reads(const void* data) {
  return Global<const T>(static_cast<const T*>(data));
}

template <typename T>
Global<T> writes(void* data) {
  return Global<T>(static_cast<T*>(data));
}

}  // namespace laminet::cuda
