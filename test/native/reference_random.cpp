// Random numbers: Philox's published test vectors, moments, streams, the same draw in both float types.
#include "reference_run.h"
#include "runtime/philox.h"

using namespace laminet;
using namespace laminet::test;

namespace {

Numbers uniform(DType dtype, int64_t count, const Numbers& state, double stream, double low = 0, double high = 1) {
  return run("random_uniform", {i32({2}, state)}, {dtype, {count}}, {{"stream", stream}, {"low", low}, {"high", high}});
}

Numbers normal(DType dtype, int64_t count, const Numbers& state, double stream) {
  return run("random_normal", {i32({2}, state)}, {dtype, {count}}, {{"stream", stream}});
}

// Mean of value^power.
double moment(const Numbers& values, int power) {
  double sum = 0;
  for (const double value : values) sum += std::pow(value, power);
  return sum / static_cast<double>(values.size());
}

}  // namespace

TEST(philox_test_vectors) {  // of the authors' library, Random123 (kat_vectors)
  const auto words = [](const PhiloxWords& block) { return std::vector<uint32_t>(block.word, block.word + 4); };
  CHECK_EQUAL(words(philox4x32({{0, 0, 0, 0}}, 0, 0)), (std::vector<uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  CHECK_EQUAL(words(philox4x32({{~0u, ~0u, ~0u, ~0u}}, ~0u, ~0u)),
              (std::vector<uint32_t>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  CHECK_EQUAL(words(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0)),
              (std::vector<uint32_t>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(uniform_numbers) {
  const Numbers values = uniform(DType::f32, 40001, {7, 0}, 0);
  for (const double value : values) {
    if (!(value >= 0 && value < 1)) fail(__FILE__, __LINE__, "outside [0, 1): " + text(value));
  }
  CHECK_NEAR(moment(values, 1), 0.5, 0.005);
  CHECK_NEAR(moment(values, 2), 1 / 3.0, 0.005);
  CHECK_EQUAL(values, uniform(DType::f32, 40001, {7, 0}, 0));
  CHECK_EQUAL(values, uniform(DType::f64, 40001, {7, 0}, 0));
  CHECK_NEAR(moment(uniform(DType::f64, 40000, {7, 0}, 0, -3, 1), 1), -1.0, 0.02);
}

TEST(seed_step_and_stream_matter) {
  const Numbers values = uniform(DType::f64, 5, {7, 0}, 0);
  CHECK(values != uniform(DType::f64, 5, {8, 0}, 0));
  CHECK(values != uniform(DType::f64, 5, {7, 1}, 0));
  CHECK(values != uniform(DType::f64, 5, {7, 0}, 1));
  const Numbers longer = uniform(DType::f64, 7, {7, 0}, 0);  // an element depends on its index alone
  CHECK_EQUAL(values, Numbers(longer.begin(), longer.begin() + 5));
}

TEST(normal_numbers) {
  const Numbers values = normal(DType::f64, 40001, {-3, 5}, 2);
  CHECK_NEAR(moment(values, 1), 0.0, 0.02);
  CHECK_NEAR(moment(values, 2), 1.0, 0.03);
  CHECK_NEAR(moment(values, 3), 0.0, 0.06);
  CHECK_NEAR(moment(values, 4), 3.0, 0.15);
  CHECK_NEAR(normal(DType::f32, 40001, {-3, 5}, 2), values, 1e-5);
  CHECK_EQUAL(normal(DType::f64, 3, {-3, 5}, 2), Numbers(values.begin(), values.begin() + 3));
}
