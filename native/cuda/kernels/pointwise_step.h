// One step of a pointwise group, on lanes: the formulas of runtime/pointwise.h, and casts.
#pragma once

#include "cuda/kernels/pointwise.h"
#include "cuda/kernels/pointwise_lanes.h"
#include "runtime/pointwise.h"

namespace laminet::cuda {

// The kernel `evaluate_pointwise<Set, ...>` knows these formulas and types.
template <PointwiseSet set>
struct PointwiseFormulas {
  using Word = std::conditional_t<set == PointwiseSet::float64, uint64_t, uint32_t>;
  static constexpr int kLanes = 16 / sizeof(Word);
  static constexpr bool kHeavy = set != PointwiseSet::light;
};

template <typename T>
constexpr bool takes(PointwiseOperands operands) {
  switch (operands) {
    case PointwiseOperands::any:
    case PointwiseOperands::numbers: return true;
    case PointwiseOperands::signed_numbers: return !std::is_same_v<T, uint8_t>;
    case PointwiseOperands::floats: return std::is_floating_point_v<T>;
    default: return std::is_same_v<T, uint8_t>;
  }
}

template <typename Formula, typename T, typename Word>
__device__ inline Lanes<Word> apply_formula(const PointwiseInstruction& step, const Sources<Word>& sources) {
  const T a = from_word<T>(static_cast<Word>(step.a)), b = from_word<T>(static_cast<Word>(step.b));
  const auto apply = [&](int, Word x, Word y, Word z) -> Word {
    const T first = Formula::code == Pointwise::select ? static_cast<T>(from_word<uint8_t>(x)) : from_word<T>(x);
    return to_word<Word>(Formula::template apply<T>(first, from_word<T>(y), from_word<T>(z), a, b));
  };
  if constexpr (is_heavy(Formula::code) || !std::is_same_v<T, float>) {
    return one_by_one(sources, apply);
  } else {
    Lanes<Word> result;
#pragma unroll
    for (int lane = 0; lane < static_cast<int>(16 / sizeof(Word)); ++lane) {
      result.lane[lane] = apply(lane, sources.x.lane[lane], sources.y.lane[lane], sources.z.lane[lane]);
    }
    return result;
  }
}

template <PointwiseSet set, typename T, typename Word>
__device__ inline Lanes<Word> apply_formula_of(const PointwiseInstruction& step, const Sources<Word>& sources) {
  switch (step.code) {
#define LAMINET_CASE(name, arity, operands, ...)                                                                        \
  case Pointwise::name:                                                                                                 \
    if constexpr (takes<T>(PointwiseOperands::operands) && (PointwiseFormulas<set>::kHeavy || !is_heavy(Pointwise::name))) \
      return apply_formula<formula::name, T>(step, sources);                                                            \
    break;
    LAMINET_POINTWISE(LAMINET_CASE)
#undef LAMINET_CASE
  }
  return sources.x;
}

// Lanes of these are float.
__device__ inline bool is_float_lane(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::f16; }

// A 16-bit float's lanes hold numbers of that type.
template <typename Word>
__device__ inline void round_lanes(DType dtype, Lanes<Word>& lanes) {
  if (dtype != DType::bf16 && dtype != DType::f16) return;
#pragma unroll
  for (int lane = 0; lane < static_cast<int>(16 / sizeof(Word)); ++lane) {
    const float x = from_word<float>(lanes.lane[lane]);
    lanes.lane[lane] = to_word<Word>(dtype == DType::bf16 ? widen(narrow<__nv_bfloat16>(x)) : widen(narrow<__half>(x)));
  }
}

// What lanes of `dtype` compute in.
template <typename Word, typename Body>
__device__ inline Lanes<Word> with_lane_type(DType dtype, const Body& body) {
  switch (dtype) {
    case DType::i32: return body.template operator()<int32_t>();
    case DType::u8:
    case DType::boolean: return body.template operator()<uint8_t>();
    case DType::f64:
      if constexpr (sizeof(Word) == 8) return body.template operator()<double>();
      [[fallthrough]];
    default: return body.template operator()<float>();
  }
}

// As a lane of `dtype` holds it, rounded once.
template <typename Word, typename From>
__device__ inline Word convert_to_word(DType dtype, From x) {
  switch (dtype) {
    case DType::f64:
      if constexpr (sizeof(Word) == 8) return to_word<Word>(math::convert<double>(x));
      [[fallthrough]];
    case DType::f32: return to_word<Word>(math::convert<float>(x));
    case DType::i32: return to_word<Word>(math::convert<int32_t>(x));
    case DType::u8: return to_word<Word>(math::convert<uint8_t>(x));
    case DType::boolean: return to_word<Word>(math::convert<bool>(x));
    case DType::bf16: return to_word<Word>(static_cast<float>(math::convert<bfloat16>(x)));
    default: return to_word<Word>(static_cast<float>(math::convert<float16>(x)));
  }
}

template <PointwiseSet set, typename Word>
__device__ inline Lanes<Word> apply_formulas(const PointwiseInstruction& step, const Sources<Word>& sources) {
  auto result = with_lane_type<Word>(step.operand_dtype, [&]<typename T>() { return apply_formula_of<set, T>(step, sources); });
  round_lanes<Word>(step.dtype, result);
  return result;
}

template <typename Word>
__device__ inline Lanes<Word> apply_cast(const PointwiseInstruction& step, const Sources<Word>& sources) {
  if (is_float_lane(step.operand_dtype) && is_float_lane(step.dtype)) {
    Lanes<Word> result = sources.x;
    round_lanes<Word>(step.dtype, result);
    return result;
  }
  return with_lane_type<Word>(step.operand_dtype, [&]<typename From>() {
    return one_by_one(sources, [&](int, Word x, Word, Word) { return convert_to_word<Word>(step.dtype, from_word<From>(x)); });
  });
}

}  // namespace laminet::cuda
