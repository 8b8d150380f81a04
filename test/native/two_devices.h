// Runs one listing on the reference backend and on a plugin's device, with the same data, and compares every result and variable.
#pragma once

#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "runtime/float16.h"
#include "runtime/parse.h"
#include "runtime/registry.h"
#include "runtime/verify.h"

namespace laminet::test {

using Bytes = std::vector<char>;

// A device with the buffers of one program's inputs, variables and results.
class Session {
 public:
  explicit Session(const std::string& device, int threads = 2) : Session(device, DeviceOptions{.threads = threads}) {}
  Session(const std::string& device, const DeviceOptions& options) : device_(open_device(device, options)) {}
  ~Session() { variables.clear(); }  // buffers go before their device

  Device& device() { return *device_; }
  std::vector<BufferPtr> variables;

  BufferPtr buffer(const Type& type, const Bytes& bytes) {
    BufferPtr result = device_->allocate(type);
    device_->upload(*result, bytes.data(), bytes.size());
    return result;
  }
  Bytes contents(const Buffer& buffer) {
    Bytes bytes(buffer.type.bytes());
    device_->download(buffer, bytes.data(), bytes.size());
    return bytes;
  }

  // The executables of this session by listing, so that several programs share the variables.
  Executable& executable(const Program& program) {
    programs_.push_back(device_->compile(program, {}, variables));
    return *programs_.back();
  }

  std::vector<Bytes> run(Executable& executable, const Program& program, const std::vector<Bytes>& inputs) {
    std::vector<BufferPtr> operands, results;
    for (size_t index = 0; index < inputs.size(); ++index) operands.push_back(buffer(program.types[program.inputs[index]], inputs[index]));
    for (int value : program.returns) results.push_back(device_->allocate(program.types[value]));
    executable.run(operands, variables, results, never_);
    std::vector<Bytes> bytes;
    for (const BufferPtr& result : results) bytes.push_back(contents(*result));
    return bytes;
  }

 private:
  std::unique_ptr<Device> device_;
  std::vector<std::unique_ptr<Executable>> programs_;
  std::atomic<bool> never_{false};
};

// Numbers about 0 of this deviation; integers from 0 to 2, booleans.
inline Bytes random_bytes(const Type& type, uint32_t seed, double deviation = 1, double center = 0) {
  Bytes bytes(type.bytes());
  uint32_t state = seed * 2654435761u + 12345;
  for (int64_t element = 0; element < element_count(type.shape); ++element) {
    state = state * 1664525u + 1013904223u;
    const double uniform = static_cast<double>(state >> 8) / 8388608.0 - 1.0;
    switch (type.dtype) {
      case DType::f32: reinterpret_cast<float*>(bytes.data())[element] = static_cast<float>(center + 1.7 * deviation * uniform); break;
      case DType::f64: reinterpret_cast<double*>(bytes.data())[element] = center + 1.7 * deviation * uniform; break;
      case DType::i32: reinterpret_cast<int32_t*>(bytes.data())[element] = static_cast<int32_t>(state >> 16) % 3; break;
      case DType::u8: bytes[element] = static_cast<char>(state >> 24); break;
      case DType::boolean: bytes[element] = static_cast<char>(state >> 31); break;
      case DType::bf16: reinterpret_cast<bfloat16*>(bytes.data())[element] = bfloat16(center + 1.7 * deviation * uniform); break;
      case DType::f16: reinterpret_cast<float16*>(bytes.data())[element] = float16(center + 1.7 * deviation * uniform); break;
    }
  }
  return bytes;
}

inline double float_at(DType dtype, const Bytes& bytes, int64_t element) {
  switch (dtype) {
    case DType::f64: return reinterpret_cast<const double*>(bytes.data())[element];
    case DType::bf16: return reinterpret_cast<const bfloat16*>(bytes.data())[element];
    case DType::f16: return reinterpret_cast<const float16*>(bytes.data())[element];
    default: return reinterpret_cast<const float*>(bytes.data())[element];
  }
}

// Largest difference, relative to the largest expected number of the tensor; integers and booleans must be equal.
inline double difference(const Type& type, const Bytes& actual, const Bytes& expected) {
  if (!is_float(type.dtype)) return actual == expected ? 0 : INFINITY;
  double worst = 0, size = 1e-3;
  for (int64_t element = 0; element < element_count(type.shape); ++element) {
    const double a = float_at(type.dtype, actual, element), e = float_at(type.dtype, expected, element);
    if (std::isnan(a) && std::isnan(e)) continue;
    if (a == e) continue;
    worst = std::max(worst, std::isfinite(a - e) ? std::abs(a - e) : INFINITY);
    size = std::max(size, std::abs(e));
  }
  return worst / size;
}

inline std::string kernel_names(const Executable& executable) {
  std::string names;
  for (const KernelInfo& kernel : executable.kernels()) names += kernel.name + " [" + kernel.detail + "]; ";
  return names;
}

// Runs the listing once on both and checks all results; returns the names of the tested device's kernels.
inline std::string compare(const std::string& listing, double tolerance = 2e-5, double deviation = 1, const char* file = "", int line = 0,
                           const std::string& device = "cpu") {
  const Program program = parse(listing);
  verify(program);
  Session expected("reference"), actual(device);
  std::vector<Bytes> inputs;
  for (int value : program.inputs) inputs.push_back(random_bytes(program.types[value], static_cast<uint32_t>(value) + 1, deviation));
  for (int value : program.variables)
    for (Session* session : {&expected, &actual})
      session->variables.push_back(session->buffer(program.types[value], random_bytes(program.types[value], static_cast<uint32_t>(value) + 1, deviation)));
  Executable& reference = expected.executable(program);
  Executable& tested = actual.executable(program);
  const std::vector<Bytes> wanted = expected.run(reference, program, inputs), got = actual.run(tested, program, inputs);
  const std::string names = kernel_names(tested);
  const auto check = [&](const Type& type, const Bytes& a, const Bytes& e, const std::string& what) {
    const double error = difference(type, a, e);
    if (!(error <= tolerance)) fail(file, line, what + " differs by " + text(error) + " in\n" + listing + names);
  };
  for (size_t index = 0; index < wanted.size(); ++index)
    check(program.types[program.returns[index]], got[index], wanted[index], "result " + std::to_string(index));
  for (size_t index = 0; index < program.variables.size(); ++index)
    check(program.types[program.variables[index]], actual.contents(*actual.variables[index]), expected.contents(*expected.variables[index]),
          "variable " + std::to_string(index));
  return names;
}

#define COMPARE(listing) laminet::test::compare((listing), 2e-5, 1, __FILE__, __LINE__)
#define COMPARE_ON_CUDA(listing) laminet::test::compare((listing), 2e-5, 1, __FILE__, __LINE__, "cuda")

}  // namespace laminet::test
