// Philox over many blocks at once: one counter a lane. The bits are those of runtime/philox.h.
#include "../../runtime/philox.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "pointwise_loop.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif
constexpr int kLanes = kVectorBytes / 8;
constexpr int kVectors = 2;  // at a time: one waits for its products while the other multiplies
constexpr int kBlocks = kVectors * kLanes;
typedef uint64_t Lanes __attribute__((vector_size(kVectorBytes)));

// The product of the low halves of every lane. No loop over uint32_t becomes this one instruction in GCC 12.
Lanes multiply_low_halves(Lanes x, Lanes y) {
#if defined(__AVX512F__)
  return reinterpret_cast<Lanes>(_mm512_maskz_mul_epu32(0xff, reinterpret_cast<__m512i>(x), reinterpret_cast<__m512i>(y)));
#elif defined(__AVX2__)
  return reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(x), reinterpret_cast<__m256i>(y)));
#elif defined(__SSE2__)
  return reinterpret_cast<Lanes>(_mm_mul_epu32(reinterpret_cast<__m128i>(x), reinterpret_cast<__m128i>(y)));
#else
  return (x & 0xffffffffu) * (y & 0xffffffffu);
#endif
}

Lanes splat(uint64_t value) { return Lanes{} + value; }

void store_words(Lanes word0, Lanes word1, Lanes word2, Lanes word3, uint32_t* words) {
  Lanes low_order = {}, high_order = {};  // interleave the lower and the upper lanes of two vectors
  for (int lane = 0; lane < kLanes; ++lane) low_order[lane] = static_cast<uint64_t>(lane / 2 + lane % 2 * kLanes);
  for (int lane = 0; lane < kLanes; ++lane) high_order[lane] = low_order[lane] + kLanes / 2;
  const Lanes first_pair = (word0 & splat(0xffffffffu)) | (word1 << 32), second_pair = (word2 & splat(0xffffffffu)) | (word3 << 32);
  const Lanes low = __builtin_shuffle(first_pair, second_pair, low_order);
  const Lanes high = __builtin_shuffle(first_pair, second_pair, high_order);
  __builtin_memcpy(words, &low, sizeof low);
  __builtin_memcpy(words + 2 * kLanes, &high, sizeof high);
}

// Word w of block k is words[4 * k + w], for kBlocks blocks. The high halves of the lanes hold garbage, which the products ignore.
void fill_words(const int32_t* state, uint32_t stream, const uint64_t* blocks, uint32_t* words) {
  Lanes word0[kVectors], word1[kVectors], word2[kVectors], word3[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    __builtin_memcpy(&word0[v], blocks + v * kLanes, sizeof(Lanes));
    word1[v] = word0[v] >> 32;
    word2[v] = splat(stream);
    word3[v] = splat(static_cast<uint32_t>(state[1]));
  }
  Lanes key0 = splat(static_cast<uint32_t>(state[0])), key1 = splat(0x6c616d69u);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const Lanes product0 = multiply_low_halves(word0[v], splat(0xD2511F53u));
      const Lanes product1 = multiply_low_halves(word2[v], splat(0xCD9E8D57u));
      word0[v] = (product1 >> 32) ^ word1[v] ^ key0;
      word2[v] = (product0 >> 32) ^ word3[v] ^ key1;
      word1[v] = product1;
      word3[v] = product0;
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  for (int v = 0; v < kVectors; ++v) store_words(word0[v], word1[v], word2[v], word3[v], words + v * 4 * kLanes);
}

template <typename T, bool kNormal>
void run_random(const int32_t* state, uint32_t stream, const uint64_t* blocks, int64_t count, void* values, double a, double b) {
  T* results = static_cast<T*>(values);
  const T low = static_cast<T>(a), high = static_cast<T>(b);
  uint32_t words[4 * kBlocks];
  for (int64_t first = 0; first < count; first += kBlocks, results += 4 * kBlocks) {
    const int64_t size = count - first < kBlocks ? count - first : kBlocks;
    if (size == kBlocks) {
      fill_words(state, stream, blocks + first, words);
    } else {
      uint64_t rest[kBlocks] = {};
      __builtin_memcpy(rest, blocks + first, static_cast<size_t>(size) * sizeof rest[0]);
      fill_words(state, stream, rest, words);
    }
    if constexpr (kNormal) {
      for (int64_t i = 0; i < 4 * size; i += 2) philox_normal(words[i], words[i + 1], results[i], results[i + 1]);
    } else {
      for (int64_t i = 0; i < 4 * size; ++i) results[i] = philox_uniform(words[i], low, high);
    }
  }
}

}  // namespace

RandomFunction find_random(bool normal, DType dtype) {
  if (dtype == DType::f64) return normal ? run_random<double, true> : run_random<double, false>;
  return normal ? run_random<float, true> : run_random<float, false>;
}

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
