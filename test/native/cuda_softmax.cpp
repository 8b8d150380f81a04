// softmax and log_softmax on the cuda backend against the reference kernels.
#include "two_devices.h"

namespace laminet::test {
namespace {

void compare_softmax(DType dtype, const Shape& shape, double tolerance, double deviation, int line) {
  const std::string type = Type{dtype, shape}.text();
  for (const char* op : {"softmax", "log_softmax"}) {
    compare("program 1\n%0: " + type + " = input {name=\"x\"}\n%1: " + type + " = " + op + " (%0)\nreturn (%1)\n", tolerance, deviation,
            __FILE__, line, "cuda");
  }
}

}  // namespace

TEST(rows_of_all_lengths) {
  for (const int64_t length : {1, 2, 3, 7, 8, 10, 16, 31, 32, 33, 100, 128, 129, 1000, 1024, 1025, 5000}) {
    const int64_t rows = length < 100 ? 37 : 3;
    compare_softmax(DType::f32, {rows, length}, 2e-6, 1, __LINE__);
    compare_softmax(DType::f64, {rows, length}, 1e-14, 1, __LINE__);
    compare_softmax(DType::bf16, {rows, length}, 8e-3, 1, __LINE__);
    compare_softmax(DType::f16, {rows, length}, 1e-3, 1, __LINE__);
  }
}

TEST(shapes_of_all_ranks) {
  for (const Shape& shape : {Shape{5}, Shape{1}, Shape{2, 3, 4, 10}, Shape{300, 10}, Shape{0, 10}, Shape{3, 0}}) {
    compare_softmax(DType::f32, shape, 2e-6, 1, __LINE__);
  }
}

// exp(x) itself would overflow.
TEST(large_numbers) {
  for (const int64_t length : {10, 200, 3000}) compare_softmax(DType::f32, {4, length}, 2e-6, 300, __LINE__);
}

TEST(infinities_and_nan) {
  for (const int64_t length : {6, 90, 700, 2000}) {
    const std::string type = Type{DType::f32, {6, length}}.text();
    for (const std::string op : {"softmax", "log_softmax"}) {
      const Program program = parse("program 1\n%0: " + type + " = input {name=\"x\"}\n%1: " + type + " = " + op + " (%0)\nreturn (%1)\n");
      Bytes input = random_bytes(program.types[0], 5);
      auto* x = reinterpret_cast<float*>(input.data());
      x[2] = -INFINITY;                                                            // row 0
      for (int64_t i = 0; i + 1 < length; ++i) x[length + i] = -INFINITY;          // row 1: all but one
      for (int64_t i = 0; i < length; ++i) x[2 * length + i] = -INFINITY;          // row 2: all
      x[3 * length + 1] = INFINITY;
      x[4 * length + 4] = NAN;
      Session expected("reference"), actual("cuda");
      const Bytes wanted = expected.run(expected.executable(program), program, {input}).front();
      const Bytes got = actual.run(actual.executable(program), program, {input}).front();
      const auto finite = [&](const Bytes& bytes) {
        std::string pattern;
        for (int64_t i = 0; i < 6 * length; ++i) {
          const double value = float_at(DType::f32, bytes, i);
          pattern += std::isnan(value) ? 'n' : std::isinf(value) ? 'i' : '.';
        }
        return pattern;
      };
      CHECK_EQUAL(finite(got), finite(wanted));
      CHECK(difference(program.types[1], got, wanted) <= 2e-6);
    }
  }
}

}  // namespace laminet::test
