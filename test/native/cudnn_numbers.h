// Numbers as cuDNN's element types, and convolutions by their definition, for tests of the emulated cuDNN.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>

#include "cudnn_graphs.h"
#include "runtime/float16.h"

namespace laminet::test {

using Numbers = std::vector<double>;

inline size_t type_bytes(cudnnDataType_t type) {
  if (type == CUDNN_DATA_DOUBLE) return 8;
  return type == CUDNN_DATA_FLOAT ? 4 : 2;
}

// How far a number of this type may be from the exact one, relative to the largest.
inline double precision(cudnnDataType_t type) {
  switch (type) {
    case CUDNN_DATA_DOUBLE: return 1e-14;
    case CUDNN_DATA_HALF: return 1e-3;
    case CUDNN_DATA_BFLOAT16: return 8e-3;
    default: return 1e-6;
  }
}

inline int64_t element_count_of(const Sizes& sizes) {
  int64_t count = 1;
  for (int64_t size : sizes) count *= size;
  return count;
}

// Calls body(index) for every index, row-major.
inline void for_each(const Sizes& sizes, const std::function<void(const Sizes&)>& body) {
  Sizes index(sizes.size(), 0);
  for (int64_t position = 0; position < element_count_of(sizes); ++position) {
    int64_t rest = position;
    for (size_t axis = sizes.size(); axis-- > 0; rest /= sizes[axis]) index[axis] = rest % sizes[axis];
    body(index);
  }
}

inline int64_t position(const Sizes& strides, const Sizes& index) {
  int64_t result = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) result += strides[axis] * index[axis];
  return result;
}

// Eighths between -1 and 1, which all types hold exactly; the same in every run.
inline Numbers eighths(const Sizes& sizes, uint32_t seed) {
  Numbers numbers;
  uint32_t state = seed * 2654435761u + 1;
  for (int64_t element = 0; element < element_count_of(sizes); ++element) {
    state = state * 1664525u + 1013904223u;
    numbers.push_back(static_cast<double>(state >> 28) / 8.0 - 1.0);
  }
  return numbers;
}

// A tensor of the emulated device. Elements that its strides leave out hold NaN and must keep it.
struct TestTensor {
  int64_t id;
  Sizes sizes, strides;
  cudnnDataType_t type = CUDNN_DATA_FLOAT;

  int64_t extent() const {
    int64_t last = 0;
    for (size_t axis = 0; axis < sizes.size(); ++axis) last += (sizes[axis] - 1) * strides[axis];
    return last + 1;
  }
  void write(std::vector<char>& bytes, int64_t element, double value) const;
  double read(const std::vector<char>& bytes, int64_t element) const;
  std::vector<char> bytes(const Numbers& numbers) const {
    std::vector<char> result(static_cast<size_t>(extent()) * type_bytes(type));
    for (int64_t element = 0; element < extent(); ++element) write(result, element, NAN);
    size_t next = 0;
    for_each(sizes, [&](const Sizes& index) { write(result, position(strides, index), numbers[next++]); });
    return result;
  }
  Numbers numbers(const std::vector<char>& bytes) const {
    Numbers result;
    for_each(sizes, [&](const Sizes& index) { result.push_back(read(bytes, position(strides, index))); });
    return result;
  }
  Descriptor descriptor(const Graphs& graphs) const { return graphs.tensor(id, sizes, strides, type); }
};

inline void TestTensor::write(std::vector<char>& bytes, int64_t element, double value) const {
  char* at = bytes.data() + static_cast<size_t>(element) * type_bytes(type);
  const auto put = [&](auto number) { std::memcpy(at, &number, sizeof number); };
  switch (type) {
    case CUDNN_DATA_DOUBLE: return put(value);
    case CUDNN_DATA_HALF: return put(float16(value));
    case CUDNN_DATA_BFLOAT16: return put(bfloat16(value));
    default: return put(static_cast<float>(value));
  }
}

inline double TestTensor::read(const std::vector<char>& bytes, int64_t element) const {
  const char* at = bytes.data() + static_cast<size_t>(element) * type_bytes(type);
  const auto get = [&](auto number) {
    std::memcpy(&number, at, sizeof number);
    return number;
  };
  switch (type) {
    case CUDNN_DATA_DOUBLE: return get(double{});
    case CUDNN_DATA_HALF: return static_cast<float>(get(float16{}));
    case CUDNN_DATA_BFLOAT16: return static_cast<float>(get(bfloat16{}));
    default: return static_cast<double>(get(float{}));
  }
}

// Calls body(x, w, y) with the positions (row-major) of every product in a convolution: y += x w.
inline void for_each_product(const Sizes& x, const Sizes& w, const Sizes& y, const Window& window,
                             const std::function<void(size_t, size_t, size_t)>& body) {
  const int64_t outputs = w[0] / (x[1] / w[1]);  // of a group
  const Sizes x_strides = row_major(x), w_strides = row_major(w), y_strides = row_major(y);
  for_each(y, [&](const Sizes& at) {
    for_each(w, [&](const Sizes& tap) {
      if (tap[0] != at[1]) return;
      Sizes from{at[0], at[1] / outputs * w[1] + tap[1]}, used = tap;
      for (size_t axis = 0; axis < window.strides.size(); ++axis) {
        from.push_back(at[axis + 2] * window.strides[axis] - window.before[axis] + tap[axis + 2] * window.dilations[axis]);
        if (from.back() < 0 || from.back() >= x[axis + 2]) return;
        if (window.mode == CUDNN_CONVOLUTION) used[axis + 2] = w[axis + 2] - 1 - tap[axis + 2];
      }
      body(static_cast<size_t>(position(x_strides, from)), static_cast<size_t>(position(w_strides, used)),
           static_cast<size_t>(position(y_strides, at)));
    });
  });
}

}  // namespace laminet::test
