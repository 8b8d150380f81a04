// Ops that move elements: literal numbers, negative crops and interiors, every element size, empty tensors, clamped indices.
#include "reference_run.h"

using namespace laminet;
using namespace laminet::test;

namespace {

Numbers counted(int64_t count) {
  Numbers values;
  for (int64_t i = 1; i <= count; ++i) values.push_back(static_cast<double>(i));
  return values;
}

Numbers pad_row(const Numbers& x, int64_t before, int64_t after, int64_t interior, double value) {
  const auto size = static_cast<int64_t>(x.size());
  const int64_t result = before + size + std::max<int64_t>(size - 1, 0) * interior + after;
  return run("pad", {f32({size}, x)}, {DType::f32, {result}},
             {{"before", List{before}}, {"after", List{after}}, {"interior", List{interior}}, {"value", value}});
}

Numbers mirror_row(const Numbers& x, int64_t before, int64_t after) {
  const auto size = static_cast<int64_t>(x.size());
  const Attributes attributes{{"before", List{before}}, {"after", List{after}}};
  return run("mirror_pad", {f32({size}, x)}, {DType::f32, {before + size + after}}, attributes);
}

}  // namespace

TEST(reshape_of_every_type) {
  const Numbers values{0, 1, 1, 0, 1, 1};
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::u8, DType::boolean}) {
    const Tensor x{{dtype, {2, 3}}, values};
    CHECK_EQUAL(run("reshape", {x}, {dtype, {3, 1, 2}}), values);
    CHECK_EQUAL(run("transpose", {x}, {dtype, {3, 2}}, {{"permutation", List{1, 0}}}), (Numbers{0, 0, 1, 1, 1, 1}));
  }
}

TEST(transpose) {
  CHECK_EQUAL(run("transpose", {i32({2, 3, 2}, counted(12))}, {DType::i32, {2, 2, 3}}, {{"permutation", List{2, 0, 1}}}),
              (Numbers{1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12}));
  CHECK_EQUAL(run("transpose", {f64({}, {7})}, {DType::f64, {}}, {{"permutation", List{}}}), Numbers{7});
  CHECK_EQUAL(run("transpose", {f64({0, 2}, {})}, {DType::f64, {2, 0}}, {{"permutation", List{1, 0}}}), Numbers{});
}

TEST(concat) {
  const Tensor a = u8({2, 1}, {1, 2}), b = u8({2, 2}, {3, 4, 5, 6}), none = u8({2, 0}, {});
  CHECK_EQUAL(run("concat", {a, none, b}, {DType::u8, {2, 3}}, {{"axis", 1.0}}), (Numbers{1, 3, 4, 2, 5, 6}));
  CHECK_EQUAL(run("concat", {b, b}, {DType::u8, {4, 2}}, {{"axis", 0.0}}), (Numbers{3, 4, 5, 6, 3, 4, 5, 6}));
}

TEST(slice) {
  const Tensor x = f64({3, 4}, counted(12));
  const auto sliced = [&](const List& begin, const List& size, const List& strides) {
    return run("slice", {x}, {DType::f64, size}, {{"begin", begin}, {"size", size}, {"strides", strides}});
  };
  CHECK_EQUAL(sliced({1, 1}, {2, 2}, {1, 1}), (Numbers{6, 7, 10, 11}));
  CHECK_EQUAL(sliced({0, 1}, {2, 2}, {2, 2}), (Numbers{2, 4, 10, 12}));
  CHECK_EQUAL(sliced({3, 4}, {0, 0}, {1, 1}), Numbers{});
}

TEST(pad) {
  CHECK_EQUAL(pad_row({1, 2, 3}, 2, 1, 0, 9), (Numbers{9, 9, 1, 2, 3, 9}));
  CHECK_EQUAL(pad_row({1, 2, 3}, -1, 2, 0, 9), (Numbers{2, 3, 9, 9}));
  CHECK_EQUAL(pad_row({1, 2, 3}, 1, -2, 0, 9), (Numbers{9, 1}));
  CHECK_EQUAL(pad_row({1, 2, 3}, 0, 0, 2, 0), (Numbers{1, 0, 0, 2, 0, 0, 3}));
  CHECK_EQUAL(pad_row({1, 2, 3}, 1, 1, 1, 0), (Numbers{0, 1, 0, 2, 0, 3, 0}));
  CHECK_EQUAL(pad_row({1, 2, 3}, -1, -1, 2, 0), (Numbers{0, 0, 2, 0, 0}));
  CHECK_EQUAL(pad_row({1, 2, 3}, -3, 0, 2, 0), (Numbers{2, 0, 0, 3}));
  CHECK_EQUAL(pad_row({1, 2}, -2, -2, 3, 9), Numbers{9});
  CHECK_EQUAL(pad_row({1, 2}, -4, 2, 0, 9), Numbers{});
  CHECK_EQUAL(pad_row({1, 2}, 3, -4, 0, 9), Numbers{9});
  CHECK_EQUAL(pad_row({}, 1, 1, 3, 9), (Numbers{9, 9}));
  const Attributes corners{{"before", List{1, -1}}, {"after", List{0, 1}}, {"interior", List{1, 0}}, {"value", 1.0}};
  CHECK_EQUAL(run("pad", {boolean({2, 2}, {0, 0, 0, 0})}, {DType::boolean, {4, 2}}, corners), (Numbers{1, 1, 0, 1, 1, 1, 0, 1}));
  CHECK_EQUAL(run("pad", {i32({2, 2}, {1, 2, 3, 4})}, {DType::i32, {4, 2}}, corners), (Numbers{1, 1, 2, 1, 1, 1, 4, 1}));
}

TEST(mirror_pad) {
  CHECK_EQUAL(mirror_row({1, 2, 3}, 2, 1), (Numbers{3, 2, 1, 2, 3, 2}));
  CHECK_EQUAL(mirror_row({1, 2, 3}, 0, 2), (Numbers{1, 2, 3, 2, 1}));
  const Attributes corners{{"before", List{1, 1}}, {"after", List{0, 0}}};
  CHECK_EQUAL(run("mirror_pad", {u8({2, 2}, {1, 2, 3, 4})}, {DType::u8, {3, 3}}, corners), (Numbers{4, 3, 4, 2, 1, 2, 4, 3, 4}));
}

TEST(reverse) {
  const Tensor x = i32({2, 3}, counted(6));
  CHECK_EQUAL(run("reverse", {x}, x.type, {{"axes", List{1}}}), (Numbers{3, 2, 1, 6, 5, 4}));
  CHECK_EQUAL(run("reverse", {x}, x.type, {{"axes", List{0, 1}}}), (Numbers{6, 5, 4, 3, 2, 1}));
  CHECK_EQUAL(run("reverse", {x}, x.type, {{"axes", List{}}}), x.values);
}

TEST(gather) {
  const Tensor x = f64({2, 3}, counted(6));
  CHECK_EQUAL(run("gather", {x, i32({2}, {2, 0})}, {DType::f64, {2, 2}}, {{"axis", 1.0}}), (Numbers{3, 1, 6, 4}));
  CHECK_EQUAL(run("gather", {x, i32({}, {1})}, {DType::f64, {3}}, {{"axis", 0.0}}), (Numbers{4, 5, 6}));
  CHECK_EQUAL(run("gather", {x, i32({1, 2}, {-7, 7})}, {DType::f64, {1, 2, 3}}, {{"axis", 0.0}}), (Numbers{1, 2, 3, 4, 5, 6}));
}

TEST(scatter_add_is_the_gradient_of_gather) {
  const Shape table{2, 3, 2};
  const Tensor indices = i32({2, 2}, {2, 0, 2, 9});
  const Type picked{DType::f64, {2, 2, 2, 2}};
  const Numbers dy = varied(picked.shape, 1);
  const auto forward = [&](const Numbers& at) { return run("gather", {f64(table, at), indices}, picked, {{"axis", 1.0}}); };
  CHECK_NEAR(run("scatter_add", {indices, {picked, dy}}, {DType::f64, table}, {{"axis", 1.0}}),
             numeric_gradient(forward, varied(table, 2), dy, 0.125), 1e-14);
}

TEST(sources) {
  CHECK_EQUAL(run("fill", {}, {DType::f32, {2}}, {{"value", 0.5}}), (Numbers{0.5, 0.5}));
  CHECK_EQUAL(run("fill", {}, {DType::u8, {2}}, {{"value", 300.0}}), (Numbers{255, 255}));
  CHECK_EQUAL(run("fill", {}, {DType::i32, {}}, {{"value", -2.75}}), Numbers{-2});
  CHECK_EQUAL(run("fill", {}, {DType::boolean, {2}}, {{"value", 1.0}}), (Numbers{1, 1}));
  CHECK_EQUAL(run("iota", {}, {DType::i32, {2, 3}}, {{"axis", 1.0}}), (Numbers{0, 1, 2, 0, 1, 2}));
  CHECK_EQUAL(run("iota", {}, {DType::f64, {2, 3}}, {{"axis", 0.0}}), (Numbers{0, 0, 0, 1, 1, 1}));
}
