// Ops on bf16 and f16 on the reference kernels: the same op on the widened operands, its result rounded once.
#include <cmath>
#include <limits>

#include "reference_run.h"
#include "runtime/pointwise.h"

using namespace laminet;
using namespace laminet::test;

namespace {

const DType kTypes[] = {DType::bf16, DType::f16};

Numbers rounded(DType dtype, const Numbers& values) {
  const Type type{dtype, {static_cast<int64_t>(values.size())}};
  return unpacked(type, packed({type, values}));
}

// Operands of floats in `dtype`, with numbers that it has.
std::vector<Tensor> operands_in(DType dtype, const std::vector<Tensor>& operands, DType storage) {
  std::vector<Tensor> all;
  for (const Tensor& operand : operands) {
    const bool floats = is_float(operand.type.dtype);
    all.push_back(floats ? Tensor{{storage, operand.type.shape}, rounded(dtype, operand.values)} : operand);
  }
  return all;
}

// Both compute alike, in `wide`; one rounds its results.
void check_rounds_once(const std::string& op, const std::vector<Tensor>& operands, const std::vector<Shape>& shapes,
                       const Attributes& attributes, DType wide) {
  for (const DType dtype : kTypes) {
    std::vector<Type> narrow_types, wide_types;
    for (const Shape& shape : shapes) narrow_types.push_back({dtype, shape}), wide_types.push_back({wide, shape});
    const auto found = run_all_results(op, operands_in(dtype, operands, dtype), narrow_types, attributes);
    const auto expected = run_all_results(op, operands_in(dtype, operands, wide), wide_types, attributes);
    for (size_t i = 0; i < shapes.size(); ++i) {
      if (!near(found[i], rounded(dtype, expected[i]), 0)) fail(__FILE__, __LINE__, op + " in " + dtype_name(dtype) + ", result " + std::to_string(i));
    }
  }
}

Tensor image(Shape shape, uint32_t seed) {
  const Numbers values = varied(shape, seed);
  return f64(std::move(shape), values);
}

const Attributes kConvolution{
    {"strides", List{1, 1}}, {"padding", std::string("same")}, {"dilations", List{1, 1}}, {"groups", 1.0}};
const Attributes kPooling{{"poolSize", List{2, 2}}, {"strides", List{2, 2}}, {"padding", std::string("same")}};

}  // namespace

TEST(pointwise_ops_compute_in_float) {
  const Shape shape{40};
  for (int code = 0; code < kPointwiseCount; ++code) {
    const PointwiseInfo& info = kPointwise[code];
    if (info.operands == PointwiseOperands::booleans || info.result == PointwiseResult::boolean || info.arity == 3) continue;
    std::vector<Tensor> operands;
    for (int k = 0; k < info.arity; ++k) operands.push_back(image(shape, static_cast<uint32_t>(code + 100 * k)));
    check_rounds_once(info.name, operands, {shape}, {{"alpha", 0.3}, {"min", -0.4}, {"max", 0.3}}, DType::f32);
  }
}

TEST(predicates_and_select) {
  for (const DType dtype : kTypes) {
    const Tensor x{{dtype, {3}}, {1, -2, std::numeric_limits<double>::quiet_NaN()}}, y{{dtype, {3}}, {1, 3, 0}};
    const Type truth{DType::boolean, {3}};
    CHECK_EQUAL(run("less", {x, y}, truth), (Numbers{0, 1, 0}));
    CHECK_EQUAL(run("is_nan", {x}, truth), (Numbers{0, 0, 1}));
    CHECK_EQUAL(run("select", {boolean({3}, {0, 1, 0}), x, y}, {dtype, {3}}), (Numbers{1, -2, 0}));
  }
}

TEST(sums_are_wide) {
  check_rounds_once("sum", {image({300}, 1)}, {{}}, {{"axes", List{0}}}, DType::f64);
  check_rounds_once("prod", {image({3, 5}, 2)}, {{3}}, {{"axes", List{1}}}, DType::f64);
  check_rounds_once("max", {image({3, 5}, 3)}, {{5}}, {{"axes", List{0}}}, DType::f64);
  check_rounds_once("min", {image({3, 5}, 4)}, {{5}}, {{"axes", List{0}}}, DType::f64);
  check_rounds_once("softmax", {image({4, 7}, 5)}, {{4, 7}}, {}, DType::f64);
  check_rounds_once("log_softmax", {image({4, 7}, 6)}, {{4, 7}}, {}, DType::f64);
  check_rounds_once("matmul", {image({5, 40}, 7), image({40, 3}, 8)}, {{5, 3}}, {}, DType::f64);
  check_rounds_once("scatter_add", {i32({4}, {0, 2, 0, 0}), image({4, 3}, 9)}, {{3, 3}}, {{"axis", 0.0}}, DType::f64);
  for (const DType dtype : kTypes) {  // 4096 ones: one by one, bfloat16 would stop at 256
    CHECK_EQUAL(run("sum", {{{dtype, {4096}}, Numbers(4096, 1.0)}}, {dtype, {}}, {{"axes", List{0}}}), Numbers{4096});
    CHECK_EQUAL(run("arg_max", {{{dtype, {3}}, {1, 3, 2}}}, {DType::i32, {}}, {{"axis", 0.0}}), Numbers{1});
  }
}

TEST(windows) {
  const Tensor x = image({2, 5, 6, 3}, 11), kernel = image({3, 3, 3, 4}, 12), dy = image({2, 5, 6, 4}, 13);
  check_rounds_once("conv2d", {x, kernel}, {{2, 5, 6, 4}}, kConvolution, DType::f64);
  check_rounds_once("conv2d_backward_input", {kernel, dy}, {x.type.shape}, kConvolution, DType::f64);
  check_rounds_once("conv2d_backward_kernel", {x, dy}, {kernel.type.shape}, kConvolution, DType::f64);
  const Tensor pooled = image({2, 3, 3, 3}, 14);
  check_rounds_once("max_pool2d", {x}, {pooled.type.shape}, kPooling, DType::f64);
  check_rounds_once("avg_pool2d", {x}, {pooled.type.shape}, kPooling, DType::f64);
  check_rounds_once("avg_pool2d_backward", {pooled}, {x.type.shape}, kPooling, DType::f64);
  for (const DType dtype : kTypes) {
    const Tensor in{{dtype, {1, 2, 2, 1}}, {1, 4, 4, 2}}, out{{dtype, {1, 1, 1, 1}}, {4}}, gradient{{dtype, {1, 1, 1, 1}}, {7}};
    CHECK_EQUAL(run("max_pool2d_backward", {in, out, gradient}, in.type, kPooling), (Numbers{0, 7, 0, 0}));
  }
}

TEST(batch_norm) {
  const Shape shape{6, 3};
  const std::vector<Tensor> operands{image(shape, 21), image({3}, 22), image({3}, 23)};
  check_rounds_once("batch_norm", operands, {shape, {3}, {3}}, {{"epsilon", 1e-3}}, DType::f64);
  const std::vector<Tensor> backward{image(shape, 21), image({3}, 22), image({3}, 23), image({3}, 24), f64({3}, {0.5, 1, 2}), image(shape, 25)};
  check_rounds_once("batch_norm_backward", backward, {shape, {3}, {3}}, {{"epsilon", 1e-3}}, DType::f64);
}

TEST(moves_and_sources) {
  for (const DType dtype : kTypes) {
    const Tensor x{{dtype, {2, 3}}, {1, 2, 3, 4, 5, 6}};
    CHECK_EQUAL(run("transpose", {x}, {dtype, {3, 2}}, {{"permutation", List{1, 0}}}), (Numbers{1, 4, 2, 5, 3, 6}));
    CHECK_EQUAL(run("reverse", {x}, {dtype, {2, 3}}, {{"axes", List{1}}}), (Numbers{3, 2, 1, 6, 5, 4}));
    CHECK_EQUAL(run("concat", {x, x}, {dtype, {4, 3}}, {{"axis", 0.0}}), (Numbers{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6}));
    CHECK_EQUAL(run("gather", {x, i32({1}, {1})}, {dtype, {1, 3}}, {{"axis", 0.0}}), (Numbers{4, 5, 6}));
    const Attributes margins{{"before", List{0, 1}}, {"after", List{0, 0}}, {"interior", List{0, 0}}, {"value", 0.1}};
    const double tenth = rounded(dtype, {0.1})[0];
    CHECK_EQUAL(run("pad", {x}, {dtype, {2, 4}}, margins), (Numbers{tenth, 1, 2, 3, tenth, 4, 5, 6}));
    CHECK_EQUAL(run("fill", {}, {dtype, {1}}, {{"value", 0.1}}), Numbers{tenth});
    CHECK_EQUAL(run("iota", {}, {dtype, {3}}, {{"axis", 0.0}}), (Numbers{0, 1, 2}));
  }
}

TEST(random_numbers_are_those_of_float_rounded) {
  const Tensor state = i32({2}, {7, 3});
  for (const char* op : {"random_uniform", "random_normal"}) {
    check_rounds_once(op, {state}, {{10}}, {{"stream", 1.0}, {"low", -1.0}, {"high", 2.0}}, DType::f32);
  }
}

TEST(casts) {
  const Tensor x = f64({6}, {0.1, -70000, 1e-9, 300.7, -2.5, std::numeric_limits<double>::quiet_NaN()});
  for (const DType dtype : kTypes) {
    const Numbers there = run("cast", {x}, {dtype, {6}});
    CHECK(near(there, rounded(dtype, x.values), 0));
    const Tensor narrow{{dtype, {6}}, there};
    CHECK(near(run("cast", {narrow}, {DType::f64, {6}}), there, 0));
    CHECK_EQUAL(run("cast", {narrow}, {DType::u8, {6}})[3], 255.0);
    CHECK_EQUAL(run("cast", {narrow}, {DType::i32, {6}})[4], -2.0);
    CHECK_EQUAL(run("cast", {narrow}, {DType::boolean, {6}}), (Numbers{1, 1, there[2] != 0 ? 1.0 : 0.0, 1, 1, 1}));
    CHECK_EQUAL(run("cast", {i32({2}, {257, -16842753})}, {dtype, {2}}), rounded(dtype, {257, -16842753}));
  }
}
