// Runs one program on the reference device and the same computation, perhaps written otherwise, on the emulated GPU, over given numbers.
#pragma once

#include <functional>

#include "two_devices.h"

namespace laminet::test {

// Contents of a tensor from numbers: number(i) is its element i.
inline Bytes bytes_of(const Type& type, const std::function<double(int64_t)>& number) {
  Bytes bytes(type.bytes());
  for (int64_t i = 0; i < element_count(type.shape); ++i) {
    const double value = number(i);
    switch (type.dtype) {
      case DType::f32: reinterpret_cast<float*>(bytes.data())[i] = static_cast<float>(value); break;
      case DType::f64: reinterpret_cast<double*>(bytes.data())[i] = value; break;
      case DType::i32: reinterpret_cast<int32_t*>(bytes.data())[i] = static_cast<int32_t>(value); break;
      case DType::bf16: reinterpret_cast<bfloat16*>(bytes.data())[i] = bfloat16(value); break;
      case DType::f16: reinterpret_cast<float16*>(bytes.data())[i] = float16(value); break;
      default: bytes[static_cast<size_t>(i)] = static_cast<char>(value); break;
    }
  }
  return bytes;
}

inline std::vector<Bytes> random_inputs(const Program& program, double deviation = 1) {
  std::vector<Bytes> inputs;
  for (const int value : program.inputs) inputs.push_back(random_bytes(program.type(value), static_cast<uint32_t>(value) + 1, deviation));
  return inputs;
}

// The results of both agree; `tolerance` as in difference(). `tested` may use what only the cuda backend knows.
inline void check_on_cuda(const std::string& expected, const std::string& tested, const std::vector<Bytes>& inputs, double tolerance,
                          const char* file, int line) {
  const Program wanted = parse(expected), program = parse(tested);
  verify(wanted);
  Session reference("reference"), cuda("cuda");
  const std::vector<Bytes> good = reference.run(reference.executable(wanted), wanted, inputs);
  const std::vector<Bytes> got = cuda.run(cuda.executable(program), program, inputs);
  for (size_t index = 0; index < good.size(); ++index) {
    const double error = difference(program.type(program.returns[index]), got[index], good[index]);
    if (!(error <= tolerance)) fail(file, line, "result " + std::to_string(index) + " differs by " + text(error) + " in\n" + tested);
  }
}

#define CHECK_ON_CUDA(expected, tested, inputs, tolerance) \
  laminet::test::check_on_cuda((expected), (tested), (inputs), (tolerance), __FILE__, __LINE__)

}  // namespace laminet::test
