// Reductions on the cuda backend against the reference kernels, which add in double.
#include "two_devices.h"

namespace laminet::test {
namespace {

const std::vector<DType> kNumbers = {DType::f32, DType::f64, DType::i32, DType::u8, DType::bf16, DType::f16};

std::string list_text(const std::vector<int64_t>& numbers) {
  std::string text;
  for (const int64_t number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return "[" + text + "]";
}

// Twice the rounding of a result, and a little for sums.
double tolerance(DType dtype) {
  switch (dtype) {
    case DType::bf16: return 8e-3;
    case DType::f16: return 1e-3;
    case DType::f64: return 1e-13;
    default: return 2e-6;
  }
}

void compare_reduction(const std::string& op, DType dtype, const Shape& shape, const std::vector<int64_t>& axes, bool keep, int line) {
  Shape result;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const bool reduced = std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end();
    if (!reduced) result.push_back(shape[axis]);
    else if (keep) result.push_back(1);
  }
  compare("program 1\n%0: " + Type{dtype, shape}.text() + " = input {name=\"x\"}\n%1: " + Type{dtype, result}.text() + " = " + op +
              " (%0) {axes=" + list_text(axes) + ", keepDims=" + (keep ? "true" : "false") + "}\nreturn (%1)\n",
          tolerance(dtype), 1, __FILE__, line, "cuda");
}

void compare_index(const std::string& op, DType dtype, const Shape& shape, int64_t axis, int line) {
  Shape result = shape;
  result.erase(result.begin() + axis);
  compare("program 1\n%0: " + Type{dtype, shape}.text() + " = input {name=\"x\"}\n%1: " + Type{DType::i32, result}.text() + " = " + op +
              " (%0) {axis=" + std::to_string(axis) + "}\nreturn (%1)\n",
          0, 1, __FILE__, line, "cuda");
}

// One input of these float32 numbers and shape, one result.
std::vector<float> run_on_cuda(const std::string& listing, const std::vector<float>& x) {
  const Program program = parse(listing);
  verify(program);
  Session session("cuda");
  Bytes input(x.size() * sizeof(float));
  std::memcpy(input.data(), x.data(), input.size());
  const Bytes bytes = session.run(session.executable(program), program, {input}).front();
  std::vector<float> result;
  const Type& type = program.types[program.returns.front()];
  for (int64_t i = 0; i < element_count(type.shape); ++i) {
    result.push_back(type.dtype == DType::i32 ? static_cast<float>(reinterpret_cast<const int32_t*>(bytes.data())[i])
                                              : reinterpret_cast<const float*>(bytes.data())[i]);
  }
  return result;
}

}  // namespace

TEST(all_axes_of_a_small_tensor) {
  const Shape shape{3, 4, 5, 6};
  for (const DType dtype : kNumbers) {
    for (const char* op : {"sum", "prod", "max", "min"}) {
      for (int mask = 0; mask < 16; ++mask) {
        std::vector<int64_t> axes;
        for (int axis = 0; axis < 4; ++axis)
          if ((mask >> axis & 1) != 0) axes.push_back(axis);
        compare_reduction(op, dtype, shape, axes, mask % 2 == 0, __LINE__);
      }
    }
    for (const char* op : {"arg_max", "arg_min"})
      for (int64_t axis = 0; axis < 4; ++axis) compare_index(op, dtype, shape, axis, __LINE__);
  }
}

TEST(rows_of_all_lengths) {
  for (const DType dtype : kNumbers) {
    for (const int64_t length : {1, 2, 8, 9, 31, 32, 33, 64, 65, 511, 512, 513, 1024, 2050}) {
      for (const char* op : {"sum", "max"}) compare_reduction(op, dtype, {5, length}, {1}, false, __LINE__);
      compare_index("arg_max", dtype, {5, length}, 1, __LINE__);
    }
    for (const int64_t length : {4095, 4096, 4097, 20000}) {  // in one chunk and in several
      for (const char* op : {"sum", "min"}) compare_reduction(op, dtype, {3, length}, {1}, true, __LINE__);
      compare_index("arg_min", dtype, {2, length}, 1, __LINE__);
    }
  }
  compare_reduction("sum", DType::f32, {600, 129}, {1}, false, __LINE__);
}

TEST(columns_of_all_widths) {
  for (const DType dtype : kNumbers) {
    for (const int64_t width : {1, 2, 3, 4, 10, 16, 33, 64, 130}) {
      for (const char* op : {"sum", "max"}) compare_reduction(op, dtype, {70, width}, {0}, false, __LINE__);
      compare_index("arg_max", dtype, {70, width}, 0, __LINE__);
      compare_reduction("sum", dtype, {3, 19, width}, {1}, false, __LINE__);
    }
  }
  for (const int64_t width : {3, 8, 10, 64}) {  // gradients of biases and of scales: in several chunks
    compare_reduction("sum", DType::f32, {16, 15, 14, width}, {0, 1, 2}, false, __LINE__);
    compare_index("arg_min", DType::f32, {5000, width}, 0, __LINE__);
  }
  compare_reduction("max", DType::f32, {20000, 4, 2}, {1}, false, __LINE__);
}

TEST(whole_tensors) {
  for (const DType dtype : kNumbers) {
    for (const char* op : {"sum", "max", "min"}) {
      compare_reduction(op, dtype, {}, {}, false, __LINE__);
      compare_reduction(op, dtype, {1}, {0}, false, __LINE__);
      compare_reduction(op, dtype, {7, 11, 13}, {0, 1, 2}, false, __LINE__);
      compare_reduction(op, dtype, {200, 101}, {0, 1}, true, __LINE__);
    }
  }
}

TEST(axes_apart_from_each_other) {
  for (const char* op : {"sum", "prod", "max"}) {
    compare_reduction(op, DType::f32, {9, 5, 70}, {0, 2}, false, __LINE__);
    compare_reduction(op, DType::f32, {5, 9, 5, 40, 3}, {1, 3}, true, __LINE__);
    compare_reduction(op, DType::u8, {5, 9, 5, 8, 3}, {0, 2, 4}, false, __LINE__);
    compare_reduction(op, DType::bf16, {6, 3, 50}, {0, 2}, false, __LINE__);
  }
}

TEST(nothing_gives_the_neutral_element) {
  for (const DType dtype : kNumbers) {
    for (const char* op : {"sum", "prod", "max", "min"}) {
      compare_reduction(op, dtype, {0}, {0}, false, __LINE__);
      compare_reduction(op, dtype, {3, 0}, {1}, false, __LINE__);
      compare_reduction(op, dtype, {3, 0, 4}, {1}, true, __LINE__);
      compare_reduction(op, dtype, {0, 3, 5}, {0, 2}, false, __LINE__);
      compare_reduction(op, dtype, {0, 4}, {1}, false, __LINE__);  // no result at all
    }
  }
}

TEST(nan_wins_and_the_lowest_index) {
  const std::string rows = "program 1\n%0: f32[4,40] = input {name=\"x\"}\n%1: ";
  std::vector<float> x(160, 1.0F);
  x[7] = 3, x[9] = 3;                    // equal
  x[40 + 33] = NAN, x[40 + 36] = NAN;    // NaN before all
  x[80 + 5] = -INFINITY, x[80 + 6] = INFINITY;
  for (int i = 0; i < 40; ++i) x[static_cast<size_t>(120 + i)] = -INFINITY;
  const std::vector<float> highest = run_on_cuda(rows + "f32[4] = max (%0) {axes=[1], keepDims=false}\nreturn (%1)\n", x);
  CHECK(highest[0] == 3 && std::isnan(highest[1]) && highest[2] == INFINITY && highest[3] == -INFINITY);
  const std::vector<float> lowest = run_on_cuda(rows + "f32[4] = min (%0) {axes=[1], keepDims=false}\nreturn (%1)\n", x);
  CHECK(lowest[0] == 1 && std::isnan(lowest[1]) && lowest[2] == -INFINITY && lowest[3] == -INFINITY);
  CHECK_EQUAL(run_on_cuda(rows + "i32[4] = arg_max (%0) {axis=1}\nreturn (%1)\n", x), (std::vector<float>{7, 33, 6, 0}));
  CHECK_EQUAL(run_on_cuda(rows + "i32[4] = arg_min (%0) {axis=1}\nreturn (%1)\n", x), (std::vector<float>{0, 33, 5, 0}));
  const std::vector<float> sums = run_on_cuda(rows + "f32[4] = sum (%0) {axes=[1], keepDims=false}\nreturn (%1)\n", x);
  CHECK(sums[0] == 44 && std::isnan(sums[1]) && std::isnan(sums[2]) && sums[3] == -INFINITY);
}

// A float32 sum one after the other would be off by some 1e-4 here.
TEST(long_sums_are_exact_to_a_few_digits) {
  compare("program 1\n%0: f32[300000] = input {name=\"x\"}\n%1: f32[300000] = square (%0)\n"
          "%2: f32[] = sum (%1) {axes=[0], keepDims=false}\nreturn (%2)\n",
          4e-7, 1, __FILE__, __LINE__, "cuda");
  compare("program 1\n%0: f32[100000,3] = input {name=\"x\"}\n%1: f32[100000,3] = square (%0)\n"
          "%2: f32[3] = sum (%1) {axes=[0], keepDims=false}\nreturn (%2)\n",
          4e-7, 1, __FILE__, __LINE__, "cuda");
}

}  // namespace laminet::test
