// The random generator: published vectors, and the mapping from elements to words.
#include "runtime/philox.h"

#include "check.h"

using namespace laminet;
using namespace laminet::test;

namespace {

std::vector<uint32_t> words(const PhiloxWords& four) { return {four.word[0], four.word[1], four.word[2], four.word[3]}; }

}  // namespace

// kat_vectors of the Random123 library, "philox4x32 10".
TEST(known_answers) {
  CHECK_EQUAL(words(philox4x32({{0, 0, 0, 0}}, 0, 0)), (std::vector<uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const uint32_t ones = 0xffffffff;
  CHECK_EQUAL(words(philox4x32({{ones, ones, ones, ones}}, ones, ones)),
              (std::vector<uint32_t>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  CHECK_EQUAL(words(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0)),
              (std::vector<uint32_t>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(block) {
  const int32_t state[2] = {42, -1};
  const uint64_t block = 0x500000003;
  CHECK_EQUAL(words(philox_block(state, 7, block)), words(philox4x32({{3, 5, 7, 0xffffffff}}, 42, 0x6c616d69)));
}

TEST(uniform) {
  CHECK_EQUAL(philox_unit<float>(0xffffffff), 1 - 0x1p-24f);
  CHECK_EQUAL(philox_unit<double>(0xffffffff), 1 - 0x1p-24);
  CHECK_EQUAL(philox_unit<float>(255), 0.0f);
  CHECK_EQUAL(philox_uniform(0x80000000u, -1.0, 3.0), 1.0);
}

TEST(normal_moments) {
  const int32_t state[2] = {1, 2};
  double sum = 0, squares = 0;
  const int blocks = 50000;
  for (int block = 0; block < blocks; ++block) {
    const PhiloxWords four = philox_block(state, 0, static_cast<uint64_t>(block));
    float z[4];
    philox_normal(four.word[0], four.word[1], z[0], z[1]);
    philox_normal(four.word[2], four.word[3], z[2], z[3]);
    for (const float value : z) {
      sum += value;
      squares += static_cast<double>(value) * value;
    }
  }
  CHECK_NEAR(sum / (4 * blocks), 0.0, 0.01);
  CHECK_NEAR(squares / (4 * blocks), 1.0, 0.02);
}

TEST(normal_is_finite_at_the_ends) {
  float a = 0, b = 0;
  philox_normal(0u, 0u, a, b);
  CHECK_NEAR(a, 5.76811f, 1e-5);
  philox_normal(0xffffffffu, 0u, a, b);
  CHECK_EQUAL(a, 0.0f);
}
