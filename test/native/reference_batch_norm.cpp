// batch_norm: literal numbers, statistics of several ranks; batch_norm_backward: finite differences through mean and variance.
#include "reference_run.h"

using namespace laminet;
using namespace laminet::test;

namespace {

const Attributes kEpsilon{{"epsilon", 0.001}};

std::vector<Numbers> batch_norm(DType dtype, const Shape& shape, const Numbers& x, const Numbers& gamma, const Numbers& beta) {
  const Type channels{dtype, {shape.back()}};
  const std::vector<Tensor> operands{{{dtype, shape}, x}, {channels, gamma}, {channels, beta}};
  return run_all_results("batch_norm", operands, {{dtype, shape}, channels, channels}, kEpsilon);
}

}  // namespace

TEST(literal_numbers) {
  const auto results = batch_norm(DType::f64, {4, 1}, {1, 2, 3, 4}, {2}, {10});
  CHECK_EQUAL(results[1], Numbers{2.5});
  CHECK_EQUAL(results[2], Numbers{1.25});  // population variance
  const double scale = 2 / std::sqrt(1.251);
  CHECK_NEAR(results[0], (Numbers{10 - 1.5 * scale, 10 - 0.5 * scale, 10 + 0.5 * scale, 10 + 1.5 * scale}), 1e-15);
}

TEST(large_mean_keeps_the_variance) {
  const auto results = batch_norm(DType::f32, {4, 1}, {10001, 10002, 10003, 10004}, {1}, {0});
  CHECK_EQUAL(results[1], Numbers{10002.5});
  CHECK_EQUAL(results[2], Numbers{1.25});
}

TEST(single_precision_follows_double) {
  const Shape shape{3, 2, 4, 5};
  const Numbers x = varied(shape, 1), gamma = varied({5}, 2), beta = varied({5}, 3);
  const auto expected = batch_norm(DType::f64, shape, x, gamma, beta), single = batch_norm(DType::f32, shape, x, gamma, beta);
  for (size_t i = 0; i < 3; ++i) CHECK_NEAR(single[i], expected[i], 1e-6);
}

TEST(backward_is_the_gradient) {
  for (const Shape& shape : {Shape{2, 3, 2, 3}, Shape{6, 2}, Shape{2, 4, 1}}) {
    const Type x_type{DType::f64, shape}, channels{DType::f64, {shape.back()}};
    const Numbers x = varied(shape, 1), dy = varied(shape, 2), gamma = varied(channels.shape, 3), beta = varied(channels.shape, 4);
    const auto forward = batch_norm(DType::f64, shape, x, gamma, beta);
    const std::vector<Tensor> operands{{x_type, x}, {channels, gamma}, {channels, beta}, {channels, forward[1]},
                                       {channels, forward[2]}, {x_type, dy}};
    const auto gradients = run_all_results("batch_norm_backward", operands, {x_type, channels, channels}, kEpsilon);
    const auto of_x = [&](const Numbers& at) { return batch_norm(DType::f64, shape, at, gamma, beta)[0]; };
    const auto of_gamma = [&](const Numbers& at) { return batch_norm(DType::f64, shape, x, at, beta)[0]; };
    const auto of_beta = [&](const Numbers& at) { return batch_norm(DType::f64, shape, x, gamma, at)[0]; };
    CHECK_NEAR(gradients[0], numeric_gradient(of_x, x, dy), 1e-8);
    CHECK_NEAR(gradients[1], numeric_gradient(of_gamma, gamma, dy), 1e-8);
    CHECK_NEAR(gradients[2], numeric_gradient(of_beta, beta, dy), 1e-8);
  }
}
