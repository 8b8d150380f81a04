// Lanes of the pointwise kernel: several neighbouring elements of a value, one machine word each, and their ways from and to memory.
#pragma once

#include "cuda/kernels/device.h"
#include "cuda/kernels/pointwise_data.h"

namespace laminet::cuda {

// Four words of 4 bytes, or two of 8 where a group computes in float64.
template <typename Word>
using Lanes = Vector<Word, 16 / sizeof(Word)>;

template <typename T, typename Word>
__device__ inline T from_word(Word word) {
  if constexpr (std::is_same_v<T, double>) {
    return __longlong_as_double(static_cast<long long>(word));
  } else if constexpr (std::is_same_v<T, float>) {
    return __uint_as_float(static_cast<uint32_t>(word));
  } else {
    return static_cast<T>(word);
  }
}

template <typename Word, typename T>
__device__ inline Word to_word(T x) {
  if constexpr (std::is_same_v<T, double>) {
    return static_cast<Word>(__double_as_longlong(x));
  } else if constexpr (std::is_same_v<T, float>) {
    return __float_as_uint(x);
  } else {
    return static_cast<uint32_t>(x);
  }
}

// Elements as they are stored, T, and as lanes hold them: 16-bit floats as float, booleans as uint8_t.
template <typename Word, typename T>
__device__ inline Word widen_to_word(T x) {
  if constexpr (std::is_same_v<T, __nv_bfloat16> || std::is_same_v<T, __half>) {
    return to_word<Word>(widen(x));
  } else {
    return to_word<Word>(x);
  }
}

template <typename T, typename Word>
__device__ inline T narrow_from_word(Word word) {
  if constexpr (std::is_same_v<T, __nv_bfloat16> || std::is_same_v<T, __half>) {
    return narrow<T>(from_word<float>(word));
  } else {
    return from_word<T>(word);
  }
}

// body.operator()<T>() with the type that a tensor of `dtype` stores; float64 only where words hold it.
template <typename Word, typename Body>
__device__ inline void with_stored_type(DType dtype, const Body& body) {
  switch (dtype) {
    case DType::f32: return body.template operator()<float>();
    case DType::f64:
      if constexpr (sizeof(Word) == 8) body.template operator()<double>();
      return;
    case DType::i32: return body.template operator()<int32_t>();
    case DType::u8:
    case DType::boolean: return body.template operator()<uint8_t>();
    case DType::bf16: return body.template operator()<__nv_bfloat16>();
    case DType::f16: return body.template operator()<__half>();
  }
}

// (index / divisor) % extent
__device__ inline int64_t index_of_term(const PointwiseTerm& term, int64_t index) {
  const int64_t along = term.divisor.quotient(index);
  return term.extent == 0 ? along : along - term.extent_divider.quotient(along) * term.extent;
}

__device__ inline int64_t operand_offset(const PointwiseOperand& operand, int64_t index) {
  if (operand.access == PointwiseOperand::Access::dense) return index;
  const Global<const PointwiseTerm> terms(operand.terms);
  int64_t offset = 0;
#pragma unroll 1
  for (uint32_t i = 0; i < operand.term_count; ++i) {
    const PointwiseTerm term = terms[i];
    offset += index_of_term(term, index) * term.stride;
  }
  return offset;
}

// result.lane[i] = body(i, x.lane[i], y.lane[i], z.lane[i]) with one copy of the code of `body`: lanes go round, since only constants may
// index them where they are to stay in registers.
template <typename Word>
struct Sources {
  Lanes<Word> x, y, z;
};
template <typename Word, typename Body>
__device__ inline Lanes<Word> one_by_one(Sources<Word> sources, const Body& body) {
  constexpr int kLanes = 16 / sizeof(Word);
  Lanes<Word> result{};
#pragma unroll 1
  for (int turn = 0; turn < kLanes; ++turn) {
    const Word next = body(turn, sources.x.lane[0], sources.y.lane[0], sources.z.lane[0]);
#pragma unroll
    for (int lane = 0; lane + 1 < kLanes; ++lane) {
      sources.x.lane[lane] = sources.x.lane[lane + 1];
      sources.y.lane[lane] = sources.y.lane[lane + 1];
      sources.z.lane[lane] = sources.z.lane[lane + 1];
      result.lane[lane] = result.lane[lane + 1];
    }
    result.lane[kLanes - 1] = next;
  }
  return result;
}

template <typename Word>
__device__ inline Word load_word(const PointwiseOperand& operand, int64_t offset) {
  Word word = 0;
  with_stored_type<Word>(operand.dtype, [&]<typename T>() {
    word = widen_to_word<Word>(Global<const T>(reinterpret_cast<const T*>(operand.address))[offset]);
  });
  return word;
}

// The lanes of `operand` from element `index` on; only the first `count` of them exist.
template <typename Word>
__device__ inline Lanes<Word> load_lanes(const PointwiseOperand& operand, int64_t index, int count) {
  constexpr int kLanes = 16 / sizeof(Word);
  using Access = PointwiseOperand::Access;
  const Access access = operand.access;
  Lanes<Word> lanes;
  if (access == Access::scattered || (access == Access::dense && count < kLanes)) {
    return one_by_one(Sources<Word>{}, [&](int lane, Word, Word, Word) -> Word {
      return lane < count ? load_word<Word>(operand, operand_offset(operand, index + lane)) : 0;
    });
  }
  const int64_t offset = operand_offset(operand, index);
  if (access == Access::constant || access == Access::repeat) {
    const Word word = access == Access::constant ? static_cast<Word>(operand.address) : load_word<Word>(operand, offset);
#pragma unroll
    for (int lane = 0; lane < kLanes; ++lane) lanes.lane[lane] = word;
  } else {
    with_stored_type<Word>(operand.dtype, [&]<typename T>() {
      const auto elements = Global<const T>(reinterpret_cast<const T*>(operand.address)).template load<kLanes>(offset);
#pragma unroll
      for (int lane = 0; lane < kLanes; ++lane) lanes.lane[lane] = widen_to_word<Word>(elements.lane[lane]);
    });
  }
  return lanes;
}

// Outputs are dense.
template <typename Word, typename T>
__device__ inline void store_lanes(const PointwiseOperand& output, int64_t index, int count, const Lanes<Word>& lanes) {
  constexpr int kLanes = 16 / sizeof(Word);
  const Global<T> memory(reinterpret_cast<T*>(output.address));
  if (count == kLanes) {
    Vector<T, kLanes> elements;
#pragma unroll
    for (int lane = 0; lane < kLanes; ++lane) elements.lane[lane] = narrow_from_word<T>(lanes.lane[lane]);
    memory.template store<kLanes>(index, elements);
  } else {
#pragma unroll
    for (int lane = 0; lane < kLanes; ++lane) {
      if (lane < count) memory[index + lane] = narrow_from_word<T>(lanes.lane[lane]);
    }
  }
}

}  // namespace laminet::cuda
