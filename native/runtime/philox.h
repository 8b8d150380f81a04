// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11): the counter-based generator behind
// random_uniform and random_normal. Element i of the plain (row-major) order takes word i % 4 of block i / 4, so any element can be
// computed alone and every backend gives the same bits.
#pragma once

#include <cmath>
#include <cstdint>

#include "host_device.h"

namespace laminet {
inline namespace LAMINET_ISA {

struct PhiloxWords {
  uint32_t word[4];
};

LAMINET_HD PhiloxWords philox4x32(PhiloxWords counter, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{0xD2511F53u} * counter.word[0];
    const uint64_t product1 = uint64_t{0xCD9E8D57u} * counter.word[2];
    counter = {{static_cast<uint32_t>(product1 >> 32) ^ counter.word[1] ^ key0, static_cast<uint32_t>(product1),
                static_cast<uint32_t>(product0 >> 32) ^ counter.word[3] ^ key1, static_cast<uint32_t>(product0)}};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

// The words of elements 4 * block ... 4 * block + 3 of a random instruction: `state` is its operand, `stream` its attribute.
LAMINET_HD PhiloxWords philox_block(const int32_t* state, uint32_t stream, uint64_t block) {
  const PhiloxWords counter{
      {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), stream, static_cast<uint32_t>(state[1])}};
  return philox4x32(counter, static_cast<uint32_t>(state[0]), 0x6c616d69u);
}

// In [0, 1), a multiple of 2^-24 (for float64 as well, so that both types draw the same numbers).
template <typename T>
LAMINET_HD T philox_unit(uint32_t word) {
  return static_cast<T>(word >> 8) * static_cast<T>(5.9604644775390625e-8);
}

// In [low, high).
template <typename T>
LAMINET_HD T philox_uniform(uint32_t word, T low, T high) {
  return low + rounded_product(philox_unit<T>(word), high - low);
}

// Two standard normal numbers from two words (Box-Muller): words 0 and 1 give elements 0 and 1 of a block, words 2 and 3 the others.
template <typename T>
LAMINET_HD void philox_normal(uint32_t word0, uint32_t word1, T& first, T& second) {
  const T u1 = static_cast<T>((word0 >> 8) + 1) * static_cast<T>(5.9604644775390625e-8);  // in (0, 1]: its logarithm is finite
  const T angle = philox_unit<T>(word1) * static_cast<T>(6.283185307179586);
  const T radius = std::sqrt(static_cast<T>(-2) * std::log(u1));
  first = radius * std::cos(angle);
  second = radius * std::sin(angle);
}

}  // namespace LAMINET_ISA
}  // namespace laminet
