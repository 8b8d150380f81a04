// Runs one program on the reference device and on the emulated GPU, and expects the same bits: the formulas are the same, and so is the
// mathematical library under them.
#pragma once

#include <random>

#include "two_devices.h"

namespace laminet::test {

// Numbers from -4 to 4 and, one in sixteen, what formulas find hard: signed zeros, NaN, infinities, numbers that are tiny or huge, the
// ends of integer ranges.
inline Bytes hard_bytes(const Type& type, std::mt19937& random) {
  static const double special[] = {0.0, -0.0, 1.0, NAN, INFINITY, -INFINITY, 1e-40, 3e38, 300.0, -2.5};
  std::uniform_real_distribution<double> number(-4, 4);
  Bytes bytes(type.bytes());
  const auto put = [&](int64_t element, auto value) { reinterpret_cast<decltype(value)*>(bytes.data())[element] = value; };
  for (int64_t element = 0; element < element_count(type.shape); ++element) {
    const bool hard = random() % 16 == 0;
    const double value = hard ? special[random() % 10] : number(random);
    switch (type.dtype) {
      case DType::f32: put(element, static_cast<float>(value)); break;
      case DType::f64: put(element, value); break;
      case DType::bf16: put(element, bfloat16(value)); break;
      case DType::f16: put(element, float16(value)); break;
      case DType::i32: put(element, hard ? INT32_MIN : static_cast<int32_t>(random() % 41) - 20); break;
      case DType::u8: put(element, static_cast<uint8_t>(hard ? 255 : random() % 7)); break;
      case DType::boolean: put(element, static_cast<uint8_t>(random() % 2)); break;
    }
  }
  return bytes;
}

// The same bits, or two NaN, which have many.
inline bool same_element(const Type& type, const Bytes& x, const Bytes& y, int64_t element) {
  const size_t size = dtype_bytes(type.dtype), offset = static_cast<size_t>(element) * size;
  if (std::memcmp(x.data() + offset, y.data() + offset, size) == 0) return true;
  return is_float(type.dtype) && std::isnan(float_at(type.dtype, x, element)) && std::isnan(float_at(type.dtype, y, element));
}

inline void check_same(const Type& type, const Bytes& actual, const Bytes& expected, const std::string& what, const char* file, int line) {
  for (int64_t element = 0; element < element_count(type.shape); ++element) {
    if (same_element(type, actual, expected, element)) continue;
    std::string message = what + " differs at element " + std::to_string(element);
    if (is_float(type.dtype)) {
      message += ": is " + text(float_at(type.dtype, actual, element)) + ", expected " + text(float_at(type.dtype, expected, element));
    }
    return fail(file, line, message);
  }
}

// Two runs, so that variables change once more and the second run meets what the first one left. Returns the names of the GPU's kernels.
inline std::string compare_exactly(const Program& program, const std::vector<Bytes>& inputs, const std::vector<Bytes>& variables,
                                   const char* file, int line) {
  Session expected("reference"), actual("cuda");
  for (size_t i = 0; i < variables.size(); ++i) {
    const Type& type = program.types[program.variables[i]];
    for (Session* session : {&expected, &actual}) session->variables.push_back(session->buffer(type, variables[i]));
  }
  Executable &reference = expected.executable(program), &tested = actual.executable(program);
  const std::string names = kernel_names(tested);
  for (int run = 1; run <= 2; ++run) {
    const std::vector<Bytes> wanted = expected.run(reference, program, inputs), got = actual.run(tested, program, inputs);
    const std::string when = " in run " + std::to_string(run) + " of " + names;
    for (size_t i = 0; i < wanted.size(); ++i) {
      const int value = program.returns[i];
      const std::string what = "%" + std::to_string(value) + " (" + program.producer(value).op + ")" + when;
      check_same(program.types[value], got[i], wanted[i], what, file, line);
    }
    for (size_t i = 0; i < variables.size(); ++i) {
      check_same(program.types[program.variables[i]], actual.contents(*actual.variables[i]), expected.contents(*expected.variables[i]),
                 "variable " + std::to_string(i) + when, file, line);
    }
  }
  return names;
}

// With hard numbers in all inputs and variables.
inline std::string compare_exactly(const Program& program, uint32_t seed, const char* file, int line) {
  std::mt19937 random(seed);
  std::vector<Bytes> inputs, variables;
  for (const int value : program.inputs) inputs.push_back(hard_bytes(program.types[value], random));
  for (const int value : program.variables) variables.push_back(hard_bytes(program.types[value], random));
  return compare_exactly(program, inputs, variables, file, line);
}

inline std::string compare_exactly(const std::string& listing, const char* file, int line) {
  const Program program = parse(listing);
  verify(program);
  return compare_exactly(program, 1, file, line);
}

#define COMPARE_EXACTLY(listing) laminet::test::compare_exactly((listing), __FILE__, __LINE__)

}  // namespace laminet::test
