// matmul: literal numbers, every transposition against the defining sum, stacks of matrices.
#include "reference_run.h"

using namespace laminet;
using namespace laminet::test;

namespace {

// A stack of matrices, each transposed.
Tensor swapped(const Tensor& stack) {
  const Shape& from = stack.type.shape;
  Tensor result{{stack.type.dtype, {from[0], from[1], from[3], from[2]}}, {}};
  for_each_index(result.type.shape, [&](const Shape& at) {
    result.values.push_back(element(stack.values, from, {at[0], at[1], at[3], at[2]}));
  });
  return result;
}

}  // namespace

TEST(literal_numbers) {
  const Attributes plain{{"transposeA", false}, {"transposeB", false}};
  CHECK_EQUAL(run("matmul", {f64({2, 3}, {1, 2, 3, 4, 5, 6}), f64({3, 2}, {1, 10, 100, 1000, 2, 20})}, {DType::f64, {2, 2}}, plain),
              (Numbers{207, 2070, 516, 5160}));
  CHECK_EQUAL(run("matmul", {f64({2, 0}, {}), f64({0, 2}, {})}, {DType::f64, {2, 2}}, plain), (Numbers{0, 0, 0, 0}));
}

TEST(transpositions_of_stacks) {
  const Shape a_shape{2, 3, 3, 5}, b_shape{2, 3, 5, 4}, shape{2, 3, 3, 4};
  const Numbers a = varied(a_shape, 1), b = varied(b_shape, 2);
  Numbers expected;
  for_each_index(shape, [&](const Shape& at) {
    double sum = 0;
    for (int64_t k = 0; k < 5; ++k) {
      sum += element(a, a_shape, {at[0], at[1], at[2], k}) * element(b, b_shape, {at[0], at[1], k, at[3]});
    }
    expected.push_back(sum);
  });
  for (const DType dtype : {DType::f64, DType::f32}) {
    const Tensor left{{dtype, a_shape}, a}, right{{dtype, b_shape}, b};
    for (const bool transpose_a : {false, true}) {
      for (const bool transpose_b : {false, true}) {
        const std::vector<Tensor> operands{transpose_a ? swapped(left) : left, transpose_b ? swapped(right) : right};
        const Attributes attributes{{"transposeA", transpose_a}, {"transposeB", transpose_b}};
        CHECK_NEAR(run("matmul", operands, {dtype, shape}, attributes), expected, dtype == DType::f64 ? 1e-15 : 1e-6);
      }
    }
  }
}
