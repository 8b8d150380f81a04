// Runs one instruction on the reference kernels, from numbers to numbers; and gradients by central differences.
#pragma once

#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.h"
#include "reference/reference.h"
#include "runtime/float16.h"
#include "runtime/program.h"

namespace laminet::test {

using Attributes = std::map<std::string, Attribute>;
using List = std::vector<int64_t>;
using Numbers = std::vector<double>;

struct Tensor {
  Type type;
  Numbers values;
};

inline Tensor f64(Shape shape, Numbers values) { return {{DType::f64, std::move(shape)}, std::move(values)}; }
inline Tensor f32(Shape shape, Numbers values) { return {{DType::f32, std::move(shape)}, std::move(values)}; }
inline Tensor i32(Shape shape, Numbers values) { return {{DType::i32, std::move(shape)}, std::move(values)}; }
inline Tensor u8(Shape shape, Numbers values) { return {{DType::u8, std::move(shape)}, std::move(values)}; }
inline Tensor boolean(Shape shape, Numbers values) { return {{DType::boolean, std::move(shape)}, std::move(values)}; }

template <typename T>
std::vector<char> packed_as(const Numbers& values) {
  std::vector<char> bytes(values.size() * sizeof(T));
  for (size_t i = 0; i < values.size(); ++i) {
    const T value = static_cast<T>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

inline std::vector<char> packed(const Tensor& tensor) {
  if (static_cast<int64_t>(tensor.values.size()) != element_count(tensor.type.shape)) throw std::logic_error("wrong count of values");
  switch (tensor.type.dtype) {
    case DType::f32: return packed_as<float>(tensor.values);
    case DType::f64: return packed_as<double>(tensor.values);
    case DType::i32: return packed_as<int32_t>(tensor.values);
    case DType::bf16: return packed_as<bfloat16>(tensor.values);
    case DType::f16: return packed_as<float16>(tensor.values);
    default: return packed_as<uint8_t>(tensor.values);
  }
}

template <typename T>
Numbers unpacked_as(const std::vector<char>& bytes) {
  Numbers values;
  for (size_t i = 0; i < bytes.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + i, sizeof(T));
    values.push_back(static_cast<double>(value));
  }
  return values;
}

inline Numbers unpacked(const Type& type, const std::vector<char>& bytes) {
  switch (type.dtype) {
    case DType::f32: return unpacked_as<float>(bytes);
    case DType::f64: return unpacked_as<double>(bytes);
    case DType::i32: return unpacked_as<int32_t>(bytes);
    case DType::bf16: return unpacked_as<bfloat16>(bytes);
    case DType::f16: return unpacked_as<float16>(bytes);
    default: return unpacked_as<uint8_t>(bytes);
  }
}

// results = op (operands) {attributes}
inline std::vector<Numbers> run_all_results(const std::string& op, const std::vector<Tensor>& operands,
                                            const std::vector<Type>& results, const Attributes& attributes = {}) {
  Program program;
  Instruction instruction{.op = op, .operands = {}, .results = {}, .attributes = attributes, .layer = "", .line = 1};
  std::vector<std::vector<char>> memory;
  for (const Tensor& operand : operands) {
    instruction.operands.push_back(static_cast<int>(program.types.size()));
    program.types.push_back(operand.type);
    memory.push_back(packed(operand));
  }
  for (const Type& type : results) {
    instruction.results.push_back(static_cast<int>(program.types.size()));
    program.types.push_back(type);
    memory.emplace_back(type.bytes(), static_cast<char>(0x5a));  // a kernel must not count on zeros
  }
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
  for (size_t i = 0; i < memory.size(); ++i) {
    if (i < operands.size()) {
      inputs.push_back(memory[i].data());
    } else {
      outputs.push_back(memory[i].data());
    }
  }
  if (!reference::run(program, instruction, inputs, outputs)) throw std::logic_error("no kernel for " + op);
  std::vector<Numbers> values;
  for (size_t i = 0; i < results.size(); ++i) values.push_back(unpacked(results[i], memory[operands.size() + i]));
  return values;
}

inline Numbers run(const std::string& op, const std::vector<Tensor>& operands, const Type& result,
                   const Attributes& attributes = {}) {
  return run_all_results(op, operands, {result}, attributes)[0];
}

// Numbers in (-1, 1) that repeat nothing visible; the same in every run.
inline Numbers varied(const Shape& shape, uint32_t seed) {
  Numbers values;
  uint32_t state = seed * 2654435761u + 1;
  for (int64_t i = 0; i < element_count(shape); ++i) {
    state = state * 1664525u + 1013904223u;
    values.push_back(static_cast<double>(state >> 8) / 8388608.0 - 1.0);
  }
  return values;
}

// Calls body(index) for every index of `shape`, in row-major order.
inline void for_each_index(const Shape& shape, const std::function<void(const Shape&)>& body) {
  Shape index(shape.size());
  for (int64_t i = 0; i < element_count(shape); ++i) {
    int64_t rest = i;
    for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) index[axis] = rest % shape[axis];
    body(index);
  }
}

// The element at `index` of a tensor of this shape.
inline double element(const Numbers& values, const Shape& shape, const Shape& index) {
  int64_t position = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) position = position * shape[axis] + index[axis];
  return values.at(static_cast<size_t>(position));
}

// d sum(weights * function(x)) / dx by central differences.
inline Numbers numeric_gradient(const std::function<Numbers(const Numbers&)>& function, Numbers x, const Numbers& weights,
                                double step = 1e-5) {
  const auto loss = [&] {
    const Numbers y = function(x);
    double sum = 0;
    for (size_t i = 0; i < y.size(); ++i) sum += weights.at(i) * y[i];
    return sum;
  };
  Numbers gradient;
  for (double& value : x) {
    const double centre = value;
    value = centre + step;
    const double above = loss();
    value = centre - step;
    gradient.push_back((above - loss()) / (2 * step));
    value = centre;
  }
  return gradient;
}

}  // namespace laminet::test
