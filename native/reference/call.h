// What a kernel sees of the instruction it runs, the table it registers itself in, and the choice of a template by dtype.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/float16.h"
#include "runtime/program.h"

namespace laminet::reference {

class Call {
 public:
  Call(const Program& program, const Instruction& instruction, std::span<const void* const> operands,
       std::span<void* const> results)
      : program_(program), instruction_(instruction), operands_(operands), results_(results) {}

  const Instruction& instruction() const { return instruction_; }
  size_t operand_count() const { return instruction_.operands.size(); }
  const Type& operand_type(size_t index) const { return program_.type(instruction_.operands[index]); }
  const Type& result_type(size_t index = 0) const { return program_.type(instruction_.results[index]); }
  const Shape& operand_shape(size_t index) const { return operand_type(index).shape; }
  const Shape& result_shape(size_t index = 0) const { return result_type(index).shape; }

  template <typename T>
  const T* operand(size_t index) const {
    return static_cast<const T*>(operands_[index]);
  }
  template <typename T>
  T* result(size_t index = 0) const {
    return static_cast<T*>(results_[index]);
  }

 private:
  const Program& program_;
  const Instruction& instruction_;
  std::span<const void* const> operands_;
  std::span<void* const> results_;
};

using Kernel = void (*)(const Call&);

// Enters a kernel under its op's name when the program starts.
struct Registration {
  Registration(const char* op, Kernel kernel);
};

[[noreturn]] void throw_unsupported(const Call& call, DType dtype);

// body.operator()<T>() with T of a float dtype. Kernels compute bfloat16 and float16 in Arithmetic<T> or in double, and round results once.
template <typename Body>
void dispatch_float(const Call& call, DType dtype, const Body& body) {
  switch (dtype) {
    case DType::f32: return body.template operator()<float>();
    case DType::f64: return body.template operator()<double>();
    case DType::bf16: return body.template operator()<bfloat16>();
    case DType::f16: return body.template operator()<float16>();
    default: throw_unsupported(call, dtype);
  }
}

// The same for every dtype that counts (not bool).
template <typename Body>
void dispatch_number(const Call& call, DType dtype, const Body& body) {
  switch (dtype) {
    case DType::i32: return body.template operator()<int32_t>();
    case DType::u8: return body.template operator()<uint8_t>();
    default: dispatch_float(call, dtype, body);
  }
}

// For ops that only move elements: T is an unsigned integer of the element's size.
template <typename Body>
void dispatch_bits(DType dtype, const Body& body) {
  switch (dtype_bytes(dtype)) {
    case 1: return body.template operator()<uint8_t>();
    case 2: return body.template operator()<uint16_t>();
    case 4: return body.template operator()<uint32_t>();
    default: return body.template operator()<uint64_t>();
  }
}

}  // namespace laminet::reference
