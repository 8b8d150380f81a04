// conv2d and its two gradients: literal numbers of Keras's padding rules, the defining sum, finite differences.
#include "reference_run.h"
#include "runtime/geometry.h"

using namespace laminet;
using namespace laminet::test;

namespace {

struct Case {
  Shape x, kernel;
  List strides;
  Attribute padding;
  List dilations;
  int64_t groups;

  Attributes attributes() const {
    return {{"strides", strides}, {"padding", padding}, {"dilations", dilations}, {"groups", static_cast<double>(groups)}};
  }
  WindowGeometry geometry() const {
    Instruction instruction;
    instruction.attributes = attributes();
    return conv_geometry(instruction, x, kernel);
  }
  Shape y() const {
    const WindowGeometry geometry = this->geometry();
    return {x[0], geometry.rows.output, geometry.columns.output, kernel[3]};
  }
};

std::vector<Case> cases() {
  const Attribute same = std::string("same"), valid = std::string("valid");
  return {
      {{2, 5, 6, 3}, {3, 3, 3, 4}, {1, 1}, same, {1, 1}, 1},
      {{2, 5, 6, 3}, {3, 3, 3, 4}, {1, 1}, valid, {1, 1}, 1},
      {{1, 7, 6, 2}, {3, 2, 2, 3}, {2, 3}, same, {1, 1}, 1},
      {{1, 8, 9, 2}, {3, 2, 2, 3}, {2, 3}, valid, {1, 1}, 1},       // rows and columns at the end that no window touches
      {{1, 5, 5, 2}, {4, 2, 2, 3}, {1, 1}, same, {1, 1}, 1},        // the odd cell of the padding goes after
      {{1, 7, 8, 2}, {3, 3, 2, 2}, {1, 1}, same, {2, 3}, 1},
      {{1, 7, 8, 2}, {3, 3, 2, 2}, {1, 1}, valid, {2, 3}, 1},
      {{1, 6, 6, 2}, {2, 2, 2, 2}, {2, 2}, valid, {2, 2}, 1},       // strides and dilations together
      {{2, 5, 5, 4}, {3, 3, 2, 6}, {1, 1}, same, {1, 1}, 2},
      {{1, 5, 5, 3}, {3, 3, 1, 6}, {2, 2}, same, {1, 1}, 3},        // depthwise, multiplier 2
      {{1, 5, 4, 3}, {2, 3, 1, 3}, {1, 1}, valid, {2, 1}, 3},       // depthwise, dilated
      {{1, 4, 5, 2}, {3, 3, 2, 2}, {1, 2}, List{2, 0, 1, 3}, {1, 1}, 1},
      {{1, 4, 4, 2}, {2, 2, 2, 2}, {3, 3}, List{3, 3, 2, 4}, {1, 1}, 1},  // windows that see padding alone
      {{3, 4, 4, 5}, {1, 1, 5, 2}, {1, 1}, valid, {1, 1}, 1},
      {{1, 3, 3, 1}, {3, 3, 1, 1}, {4, 4}, same, {1, 1}, 1},        // stride larger than the image
  };
}

// The definition, one output at a time.
Numbers naive_conv2d(const Case& c, const Numbers& x, const Numbers& kernel) {
  const WindowGeometry geometry = c.geometry();
  const int64_t group_outputs = c.kernel[3] / c.groups;
  Numbers out;
  for_each_index(c.y(), [&](const Shape& at) {
    double sum = 0;
    for_each_index({c.kernel[0], c.kernel[1], c.kernel[2]}, [&](const Shape& tap) {
      const int64_t row = at[1] * c.strides[0] + tap[0] * c.dilations[0] - geometry.rows.before;
      const int64_t column = at[2] * c.strides[1] + tap[1] * c.dilations[1] - geometry.columns.before;
      if (row < 0 || row >= c.x[1] || column < 0 || column >= c.x[2]) return;
      const int64_t channel = at[3] / group_outputs * c.kernel[2] + tap[2];
      sum += element(x, c.x, {at[0], row, column, channel}) * element(kernel, c.kernel, {tap[0], tap[1], tap[2], at[3]});
    });
    out.push_back(sum);
  });
  return out;
}

Numbers conv2d(const Case& c, const Numbers& x, const Numbers& kernel) {
  return run("conv2d", {f64(c.x, x), f64(c.kernel, kernel)}, {DType::f64, c.y()}, c.attributes());
}

// One row of one channel.
Numbers conv_row(const Numbers& x, const Numbers& kernel, int64_t stride, const Attribute& padding) {
  const auto size = static_cast<int64_t>(x.size()), taps = static_cast<int64_t>(kernel.size());
  return conv2d({{1, 1, size, 1}, {1, taps, 1, 1}, {1, stride}, padding, {1, 1}, 1}, x, kernel);
}

// Keras's Conv2DTranspose of one row is the gradient of a convolution with respect to its input.
Numbers transposed_row(const Numbers& y, const Numbers& kernel, int64_t stride, const std::string& padding, int64_t size) {
  const Case c{{1, 1, size, 1}, {1, static_cast<int64_t>(kernel.size()), 1, 1}, {1, stride}, padding, {1, 1}, 1};
  return run("conv2d_backward_input", {f64(c.kernel, kernel), f64(c.y(), y)}, {DType::f64, c.x}, c.attributes());
}

}  // namespace

TEST(same_padding_follows_keras) {
  struct Rule {
    int64_t size, window, stride, before, after;
  };
  const Rule rules[] = {{32, 4, 2, 1, 1}, {16, 3, 2, 0, 1}, {5, 4, 1, 1, 2}, {6, 2, 1, 0, 1}, {8, 4, 2, 1, 1}, {7, 4, 3, 1, 2}};
  for (const Rule& rule : rules) {
    const Case c{{1, rule.size, 1, 1}, {rule.window, 1, 1, 1}, {rule.stride, 1}, std::string("same"), {1, 1}, 1};
    const WindowAxis rows = c.geometry().rows;
    CHECK_EQUAL(rows.before, rule.before);
    CHECK_EQUAL(rows.after, rule.after);
    CHECK_EQUAL(rows.output, (rule.size + rule.stride - 1) / rule.stride);
  }
}

TEST(literal_rows) {
  const Attribute same = std::string("same"), valid = std::string("valid");
  CHECK_EQUAL(conv_row({1, 2, 3, 4, 5}, {1, 10, 100, 1000}, 1, same), (Numbers{3210, 4321, 5432, 543, 54}));
  CHECK_EQUAL(conv_row({1, 2, 3, 4, 5}, {1, 10, 100}, 1, valid), (Numbers{321, 432, 543}));
  CHECK_EQUAL(conv_row({1, 2, 3, 4, 5, 6}, {1, 10, 100}, 2, same), (Numbers{321, 543, 65}));
  CHECK_EQUAL(conv_row({1, 2, 3, 4, 5, 6}, {1, 10, 100}, 2, valid), (Numbers{321, 543}));
  CHECK_EQUAL(conv_row({1, 2, 3}, {1, 10}, 2, List{0, 0, 2, 1}), (Numbers{0, 21, 3}));
}

TEST(literal_transposed_rows) {
  CHECK_EQUAL(transposed_row({1, 2}, {1, 10, 100}, 2, "valid", 5), (Numbers{1, 10, 102, 20, 200}));
  CHECK_EQUAL(transposed_row({1, 2}, {1, 10, 100}, 2, "same", 4), (Numbers{1, 10, 102, 20}));
  CHECK_EQUAL(transposed_row({1, 2}, {1, 10, 100, 1000}, 2, "same", 4), (Numbers{10, 102, 1020, 200}));
  CHECK_EQUAL(transposed_row({1, 2}, {1, 10}, 3, "valid", 6), (Numbers{1, 10, 0, 2, 20, 0}));
}

TEST(forward_is_the_defining_sum) {
  for (const Case& c : cases()) {
    const Numbers x = varied(c.x, 1), kernel = varied(c.kernel, 2), expected = naive_conv2d(c, x, kernel);
    CHECK_NEAR(conv2d(c, x, kernel), expected, 1e-14);
    const Numbers single = run("conv2d", {f32(c.x, x), f32(c.kernel, kernel)}, {DType::f32, c.y()}, c.attributes());
    CHECK_NEAR(single, expected, 1e-6);
  }
}

TEST(backward_input_is_the_gradient) {
  for (const Case& c : cases()) {
    const Numbers x = varied(c.x, 1), kernel = varied(c.kernel, 2), dy = varied(c.y(), 3);
    const Numbers expected = numeric_gradient([&](const Numbers& at) { return conv2d(c, at, kernel); }, x, dy, 0.125);
    const Numbers dx = run("conv2d_backward_input", {f64(c.kernel, kernel), f64(c.y(), dy)}, {DType::f64, c.x}, c.attributes());
    CHECK_NEAR(dx, expected, 1e-12);
    const std::vector<Tensor> single{f32(c.kernel, kernel), f32(c.y(), dy)};
    CHECK_NEAR(run("conv2d_backward_input", single, {DType::f32, c.x}, c.attributes()), expected, 1e-6);
  }
}

TEST(backward_kernel_is_the_gradient) {
  for (const Case& c : cases()) {
    const Numbers x = varied(c.x, 1), kernel = varied(c.kernel, 2), dy = varied(c.y(), 3);
    const Numbers expected = numeric_gradient([&](const Numbers& at) { return conv2d(c, x, at); }, kernel, dy, 0.125);
    const Numbers dkernel = run("conv2d_backward_kernel", {f64(c.x, x), f64(c.y(), dy)}, {DType::f64, c.kernel}, c.attributes());
    CHECK_NEAR(dkernel, expected, 1e-12);
    const std::vector<Tensor> single{f32(c.x, x), f32(c.y(), dy)};
    CHECK_NEAR(run("conv2d_backward_kernel", single, {DType::f32, c.kernel}, c.attributes()), expected, 1e-6);
  }
}

TEST(empty_batch) {
  const Case c{{0, 3, 3, 2}, {3, 3, 2, 4}, {1, 1}, std::string("same"), {1, 1}, 1};
  CHECK_EQUAL(conv2d(c, {}, varied(c.kernel, 1)), Numbers{});
  const Numbers dkernel = run("conv2d_backward_kernel", {f64(c.x, {}), f64(c.y(), {})}, {DType::f64, c.kernel}, c.attributes());
  CHECK_EQUAL(dkernel, Numbers(static_cast<size_t>(element_count(c.kernel)), 0.0));
}
