// Random programs of pointwise instructions: every dtype, broadcasting, sources, several outputs, a reduction now and then between them.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "runtime/parse.h"
#include "runtime/pointwise.h"
#include "runtime/program.h"
#include "runtime/verify.h"

namespace laminet::test {

class ProgramWriter {
 public:
  // `float16`: with bf16 and f16 among the types.
  explicit ProgramWriter(uint32_t seed, bool float16 = false) : random_(seed), last_dtype_(float16 ? 9 : 6) {}

  Program write() {
    shape_ = random_shape();
    const int inputs = pick(1, 5), instructions = pick(1, 30);
    define({DType::i32, {2}}, "input {name=\"state\"}");
    for (int i = 0; i < inputs; ++i) define({random_dtype(), smaller_shape()}, "input {name=\"x" + std::to_string(i) + "\"}");
    for (int i = 0; i < instructions; ++i) add_instruction();
    std::string returns;
    for (int value = 1 + inputs; value < static_cast<int>(types_.size()); ++value) {
      const bool last = value + 1 == static_cast<int>(types_.size());
      if (last || pick(0, 4) == 0) returns += (returns.empty() ? "%" : ", %") + std::to_string(value);
    }
    Program program = parse("program 1\n" + body_ + "return (" + returns + ")\n");
    verify(program);
    return program;
  }

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  Shape random_shape() {
    static const int64_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 10, 16, 33, 48, 130};
    Shape shape(static_cast<size_t>(pick(0, 4)));
    for (int64_t& size : shape) size = sizes[static_cast<size_t>(pick(0, 11))];
    while (element_count(shape) > 20000) shape.pop_back();
    return shape;
  }

  // Broadcasts to shape_.
  Shape smaller_shape() {
    Shape shape = shape_;
    if (pick(0, 1) == 0) return shape;
    shape.erase(shape.begin(), shape.begin() + pick(0, static_cast<int>(shape.size())));
    for (int64_t& size : shape) size = pick(0, 2) == 0 ? 1 : size;
    return shape;
  }

  DType random_dtype() {
    static const DType dtypes[] = {DType::f32, DType::f32, DType::f32, DType::f64, DType::i32, DType::u8, DType::boolean,
                                   DType::bf16, DType::bf16, DType::f16};
    return dtypes[static_cast<size_t>(pick(0, last_dtype_))];
  }

  int define(const Type& type, const std::string& text) {
    body_ += "%" + std::to_string(types_.size()) + ": " + type.text() + " = " + text + "\n";
    types_.push_back(type);
    return static_cast<int>(types_.size()) - 1;
  }

  static Shape broadcast(const Shape& x, const Shape& y) {
    Shape result(std::max(x.size(), y.size()), 1);
    for (size_t k = 1; k <= result.size(); ++k) {
      if (k <= x.size()) result[result.size() - k] = std::max(result[result.size() - k], x[x.size() - k]);
      if (k <= y.size()) result[result.size() - k] = std::max(result[result.size() - k], y[y.size() - k]);
    }
    return result;
  }

  // A value of this dtype, cast from another if need be.
  int operand(DType dtype) {
    for (int attempt = 0; attempt < 6; ++attempt) {
      const int value = pick(1, static_cast<int>(types_.size()) - 1);
      if (types_[static_cast<size_t>(value)].dtype == dtype) return value;
    }
    const int value = pick(1, static_cast<int>(types_.size()) - 1);
    return define({dtype, types_[static_cast<size_t>(value)].shape}, "cast (%" + std::to_string(value) + ")");
  }

  std::string number() { return std::to_string(pick(-8, 8) * 0.25); }

  void add_instruction() {
    switch (pick(0, 11)) {
      case 0: return add_source();
      case 1: return add_sum();
      default: return add_formula();
    }
  }

  void add_source() {
    const Shape shape = smaller_shape();
    const DType dtype = random_dtype();
    switch (pick(0, 3)) {
      case 0: define({dtype, shape}, "fill {value=" + std::to_string(pick(0, 1)) + "}"); break;
      case 1:
        if (dtype == DType::boolean || shape.empty()) return;
        define({dtype, shape}, "iota {axis=" + std::to_string(pick(0, static_cast<int>(shape.size()) - 1)) + "}");
        break;
      case 2:
        if (!is_float(dtype)) return;
        define({dtype, shape}, "random_uniform (%0) {stream=" + std::to_string(pick(0, 9)) + ", low=" + number() + ", high=3}");
        break;
      default:
        if (!is_float(dtype)) return;
        define({dtype, shape}, "random_normal (%0) {stream=" + std::to_string(pick(0, 9)) + "}");
    }
  }

  void add_sum() {
    const int value = operand(DType::i32);
    const Shape shape = types_[static_cast<size_t>(value)].shape;
    if (shape.empty()) return;
    Shape result = shape;
    result.back() = 1;
    define({DType::i32, result}, "sum (%" + std::to_string(value) + ") {axes=[" + std::to_string(shape.size() - 1) + "], keepDims=true}");
  }

  // Ops whose float32 kernels are not the reference's formula to the last bit.
  static bool is_inexact(Pointwise code) {
    switch (code) {
      case Pointwise::exp:
      case Pointwise::expm1:
      case Pointwise::log:
      case Pointwise::log1p:
      case Pointwise::sin:
      case Pointwise::cos:
      case Pointwise::tanh:
      case Pointwise::sigmoid:
      case Pointwise::softplus:
      case Pointwise::erf:
      case Pointwise::elu:
      case Pointwise::pow: return true;
      default: return false;
    }
  }

  DType dtype_for(PointwiseOperands operands) {
    for (;;) {
      const DType dtype = random_dtype();
      const bool number = dtype != DType::boolean;
      if (operands == PointwiseOperands::any) return dtype;
      if (operands == PointwiseOperands::booleans) return DType::boolean;
      if (operands == PointwiseOperands::floats && is_float(dtype)) return dtype;
      if (operands == PointwiseOperands::signed_numbers && number && dtype != DType::u8) return dtype;
      if (operands == PointwiseOperands::numbers && number) return dtype;
    }
  }

  void add_formula() {
    const int code = pick(0, kPointwiseCount - 1);
    const PointwiseInfo& info = kPointwise[code];
    const DType dtype = dtype_for(info.operands);
    if (dtype == DType::f32 && is_inexact(static_cast<Pointwise>(code))) return;
    std::string text = std::string(info.name) + " (";
    Shape shape;
    for (int k = 0; k < info.arity; ++k) {
      const bool condition = static_cast<Pointwise>(code) == Pointwise::select && k == 0;
      const int value = operand(condition ? DType::boolean : dtype);
      shape = broadcast(shape, types_[static_cast<size_t>(value)].shape);
      text += (k == 0 ? "%" : ", %") + std::to_string(value);
    }
    text += ")";
    if (static_cast<Pointwise>(code) == Pointwise::broadcast) shape = shape_;
    if (*info.attributes[0] != 0) text += std::string(" {") + info.attributes[0] + "=" + (*info.attributes[1] != 0 ? "-1.5" : number());
    if (*info.attributes[1] != 0) text += std::string(", ") + info.attributes[1] + "=2";
    if (*info.attributes[0] != 0) text += "}";
    define({info.result == PointwiseResult::boolean ? DType::boolean : dtype, shape}, text);
  }

  std::mt19937 random_;
  int last_dtype_;
  Shape shape_;
  std::vector<Type> types_;
  std::string body_;
};

}  // namespace laminet::test
