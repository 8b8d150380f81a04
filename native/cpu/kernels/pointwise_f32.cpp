// float32: the formulas, with vector_math.h in place of C's functions.
#include "pointwise_loop.h"
#include "vector_math.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

#define LAMINET_LANE(name, expression)                                                                       \
  template <>                                                                                                \
  struct Lane<formula::name, float> {                                                                        \
    static float apply(float x, [[maybe_unused]] float y, float, [[maybe_unused]] float a, [[maybe_unused]] float b) { \
      return expression;                                                                                     \
    }                                                                                                        \
  };
LAMINET_LANE(clip, (x < a ? a : x) > b ? b : (x < a ? a : x))
LAMINET_LANE(exp, vector_math::exp(x))
LAMINET_LANE(expm1, vector_math::expm1(x))
LAMINET_LANE(log, vector_math::log(x))
LAMINET_LANE(log1p, vector_math::log1p(x))
LAMINET_LANE(tanh, vector_math::tanh(x))
LAMINET_LANE(sigmoid, vector_math::sigmoid(x))
LAMINET_LANE(softplus, vector_math::softplus(x))
LAMINET_LANE(erf, vector_math::erf(x))
LAMINET_LANE(elu, x > 0.0f ? x : a * vector_math::expm1(x))
#undef LAMINET_LANE

namespace {

float largest_magnitude(int64_t count, const float* x) {
  uint32_t largest = 0;  // the order of magnitudes is that of their bits, NaN last
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t bits = vector_math::to_bits(x[i]) & 0x7fffffffu;
    largest = bits > largest ? bits : largest;
  }
  return vector_math::from_bits(largest);
}

template <typename Formula>
void run_angle(int64_t count, const void* x, const void* y, const void* z, void* result, double a, double b) {
  const float* xs = static_cast<const float*>(x);
  float* results = static_cast<float*>(result);
  if (!(largest_magnitude(count, xs) <= vector_math::kLargestAngle)) return run_formula<Formula, float>(count, x, y, z, result, a, b);
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) {
    results[i] = Formula::code == Pointwise::sin ? vector_math::sin(xs[i]) : vector_math::cos(xs[i]);
  }
}

void run_pow(int64_t count, const void* x, const void* y, const void*, void* result, double, double) {
  const float *xs = static_cast<const float*>(x), *ys = static_cast<const float*>(y);
  float* results = static_cast<float*>(result);
  constexpr int64_t kChunk = 128;
  float powers[kChunk];
  for (int64_t first = 0; first < count; first += kChunk) {
    const int64_t end = count < first + kChunk ? count : first + kChunk;
    for (int64_t i = first; i < end; ++i) powers[i - first] = vector_math::power_of_size(xs[i], ys[i]);
#pragma GCC ivdep
    for (int64_t i = first; i < end; ++i) results[i] = vector_math::pow_of_power(xs[i], ys[i], powers[i - first]);
  }
}

template <typename Formula>
constexpr TileFunction f32_function() {
  if constexpr (Formula::code == Pointwise::sin || Formula::code == Pointwise::cos) {
    return run_angle<Formula>;
  } else if constexpr (Formula::code == Pointwise::pow) {
    return run_pow;
  } else {
    return formula_or_null<Formula, float>();
  }
}

}  // namespace

const TileFunction formulas_f32[] = {
#define LAMINET_ENTRY(name, ...) f32_function<formula::name>(),
    LAMINET_POINTWISE(LAMINET_ENTRY)
#undef LAMINET_ENTRY
};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
