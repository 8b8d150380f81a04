// The vectorised elementary functions against C's in double, over the whole range of float32, on every instruction set of this machine.
#include <cstring>
#include <random>

#include "check.h"
#include "cpu/kernel_tables.h"

using namespace laminet;

namespace {

using Reference = double (*)(double);

struct Function {
  Pointwise code;
  Reference reference;
  double limit;  // units in the last place
};

const Function functions[] = {
    {Pointwise::exp, [](double x) { return std::exp(x); }, 1.5},
    {Pointwise::expm1, [](double x) { return std::expm1(x); }, 2.5},
    {Pointwise::log, [](double x) { return std::log(x); }, 1.5},
    {Pointwise::log1p, [](double x) { return std::log1p(x); }, 2.5},
    {Pointwise::tanh, [](double x) { return std::tanh(x); }, 3},
    {Pointwise::sigmoid, [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }, 3},
    {Pointwise::softplus, [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }, 2.5},
    {Pointwise::erf, [](double x) { return std::erf(x); }, 2.5},
    {Pointwise::sin, [](double x) { return std::sin(x); }, 2},
    {Pointwise::cos, [](double x) { return std::cos(x); }, 2},
    {Pointwise::sqrt, [](double x) { return std::sqrt(x); }, 0.5001},
    {Pointwise::rsqrt, [](double x) { return 1 / std::sqrt(x); }, 1.5},
    {Pointwise::reciprocal, [](double x) { return 1 / x; }, 0.5001},
};

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Distance in units of the last place of a float32 of the size of `expected`.
double distance(float actual, double expected) {
  const auto rounded = static_cast<float>(expected);
  if (std::isnan(rounded) || std::isnan(actual)) return std::isnan(rounded) && std::isnan(actual) ? 0 : 1e9;
  if (actual == rounded) return 0;
  if (std::isinf(rounded) || std::isinf(actual)) {  // the largest finite number may round up
    return std::abs(static_cast<double>(actual)) > 3.4028e38 && std::abs(expected) > 3.4028e38 ? 1 : 1e9;
  }
  const double size = std::max(std::abs(expected), 1.17549435e-38);
  const double unit = std::ldexp(1.0, std::ilogb(size) - 23);
  return std::abs(static_cast<double>(actual) - expected) / unit;
}

std::vector<float> sweep() {
  std::vector<float> values = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 1.0f, -1.0f, 1e-45f, -1e-45f, 1.17549435e-38f, 3.4028235e38f,
                               88.722839f, 88.72284f, -87.3366f, -103.97f, -104.0f, 89.0f, 0.70710678f, 1.41421356f, 0.34657359f};
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 20011) values.push_back(from_bits(static_cast<uint32_t>(bits)));
  for (double x = -110; x < 110; x += 0.00301) values.push_back(static_cast<float>(x));
  for (double x = -1.5; x < 1.5; x += 0.0000701) values.push_back(static_cast<float>(x));
  return values;
}

void check_function(const Function& function, cpu::Isa isa, const std::vector<float>& values) {
  std::vector<float> results(values.size());
  const auto apply = cpu::pointwise_tiles(isa).formula(function.code, DType::f32);
  constexpr int64_t tile = 512;
  for (size_t first = 0; first < values.size(); first += tile) {
    const auto count = static_cast<int64_t>(std::min(values.size() - first, static_cast<size_t>(tile)));
    apply(count, &values[first], nullptr, nullptr, &results[first], 0, 0);
  }
  double worst = 0;
  size_t place = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double error = distance(results[i], function.reference(static_cast<double>(values[i])));
    if (error > worst) worst = error, place = i;
  }
  const std::string name = std::string(kPointwise[static_cast<int>(function.code)].name) + " on " + isa_name(isa);
  std::cout << "       " << name << ": " << worst << " ulp at " << values[place] << std::endl;
  if (worst > function.limit) {
    test::fail(__FILE__, __LINE__, name + "(" + test::text(values[place]) + ") is " + test::text(results[place]) + ", expected about " +
                                       test::text(function.reference(static_cast<double>(values[place]))));
  }
}

}  // namespace

TEST(elementary_functions) {
  const std::vector<float> values = sweep();
  for (const cpu::Isa isa : cpu::available_isas()) {
    for (const Function& function : functions) check_function(function, isa, values);
  }
}

TEST(power) {
  std::mt19937 random(7);
  std::vector<float> x, y;
  const float special[] = {0.0f, -0.0f, 1.0f,  -1.0f, 2.0f,      -2.0f,     0.5f,      -0.5f,       3.0f,        -3.0f, 1e-45f,
                           1e38f, -1e38f, 0.1f, -0.1f, INFINITY, -INFINITY, 16777216.0f, 16777215.0f, 8388609.0f, NAN,   -8388607.0f};
  for (const float a : special) {
    for (const float b : special) x.push_back(a), y.push_back(b);
  }
  std::uniform_real_distribution<float> base(-20, 20), exponent(-30, 30);
  for (int i = 0; i < 200000; ++i) {
    x.push_back(i % 3 == 0 ? from_bits(random()) : base(random));
    y.push_back(i % 5 == 0 ? std::round(exponent(random)) : exponent(random));
  }
  for (const cpu::Isa isa : cpu::available_isas()) {
    std::vector<float> results(x.size());
    cpu::pointwise_tiles(isa).formula(Pointwise::pow, DType::f32)(static_cast<int64_t>(x.size()), x.data(), y.data(), nullptr,
                                                                  results.data(), 0, 0);
    for (size_t i = 0; i < x.size(); ++i) {
      const double expected = std::pow(static_cast<double>(x[i]), static_cast<double>(y[i]));
      if (distance(results[i], expected) > 0.6) {
        test::fail(__FILE__, __LINE__, "pow(" + test::text(x[i]) + ", " + test::text(y[i]) + ") on " + isa_name(isa) + " is " +
                                           test::text(results[i]) + ", expected about " + test::text(expected));
      }
    }
  }
}

TEST(instruction_sets) {
  CHECK(!cpu::available_isas().empty());
  CHECK(cpu::available_isas().front() == cpu::Isa::base);
  const cpu::Isa best = cpu::available_isas().back();
  for (const char* cap : {"", "ALL", "DEFAULT", "AVX512_CORE", "avx512_core_bf16", "AVX10_1_512"}) CHECK(cpu::best_isa(cap) == best);
  for (const char* cap : {"AVX2", "avx2", "AVX2_VNNI"}) CHECK(cpu::best_isa(cap) == std::min(best, cpu::Isa::avx2));
  for (const char* cap : {"AVX", "SSE41", "sse41"}) CHECK(cpu::best_isa(cap) == cpu::Isa::base);
}
