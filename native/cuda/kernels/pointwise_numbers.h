// Lanes of a pointwise group that depend on the index alone: indices along an axis, and random numbers.
#pragma once

#include "cuda/kernels/pointwise_step.h"
#include "runtime/philox.h"

namespace laminet::cuda {

// The only term of `axis` is the index along it.
template <typename Word>
__device__ inline Lanes<Word> apply_iota(const PointwiseInstruction& step, const PointwiseOperand& axis, int64_t index) {
  return one_by_one(Sources<Word>{}, [&](int lane, Word, Word, Word) {
    return convert_to_word<Word>(step.dtype, operand_offset(axis, index + lane));
  });
}

// Four numbers from one block of the generator. `index` is a multiple of the number of lanes, so that they are all of them or half.
template <PointwiseSet set, typename T, typename Word>
__device__ inline Lanes<Word> draw(const PointwiseInstruction& step, Global<const int32_t> state, int64_t index) {
  constexpr int kLanes = PointwiseFormulas<set>::kLanes;
  const int32_t key[2] = {state[0], state[1]};
  const PhiloxWords words = philox_block(key, step.stream, static_cast<uint64_t>(index / 4));
  T numbers[4]{};
  if (step.kind == PointwiseStep::Kind::random_uniform) {
    const T low = from_word<T>(static_cast<Word>(step.a)), high = from_word<T>(static_cast<Word>(step.b));
#pragma unroll
    for (int i = 0; i < 4; ++i) numbers[i] = philox_uniform<T>(words.word[i], low, high);
  } else if constexpr (PointwiseFormulas<set>::kHeavy) {
    philox_normal(words.word[0], words.word[1], numbers[0], numbers[1]);
    philox_normal(words.word[2], words.word[3], numbers[2], numbers[3]);
  }
  const bool second_half = kLanes == 2 && index % 4 != 0;
  Lanes<Word> result;
#pragma unroll
  for (int lane = 0; lane < kLanes; ++lane) result.lane[lane] = to_word<Word>(second_half ? numbers[2 + lane % 2] : numbers[lane]);
  return result;
}

template <PointwiseSet set, typename Word>
__device__ inline Lanes<Word> apply_random(const PointwiseInstruction& step, const PointwiseOperand& operand, int64_t index) {
  const Global<const int32_t> state(reinterpret_cast<const int32_t*>(operand.address));
  if constexpr (set == PointwiseSet::float64) {
    if (step.dtype == DType::f64) return draw<set, double, Word>(step, state, index);
  }
  Lanes<Word> result = draw<set, float, Word>(step, state, index);
  round_lanes<Word>(step.dtype, result);
  return result;
}

}  // namespace laminet::cuda
