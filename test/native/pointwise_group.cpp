// Which instructions become one group, and what the group says.
#include "runtime/pointwise_group.h"

#include <algorithm>

#include "check.h"
#include "runtime/parse.h"
#include "runtime/verify.h"

using namespace laminet;

namespace {

struct Formed {
  Program program;
  std::vector<bool> claimed;
  std::vector<PointwiseGroup> groups;

  // The group that computes this value for others.
  const PointwiseGroup& of(int value) const {
    for (const PointwiseGroup& group : groups) {
      if (std::count(group.outputs.begin(), group.outputs.end(), value) > 0) return group;
    }
    throw std::logic_error("no group computes the value");
  }
};

// Claims everything that can be.
Formed form(const std::string& listing, const PointwiseLimits& limits = {}) {
  Formed formed{parse(listing), {}, {}};
  verify(formed.program);
  for (const Instruction& instruction : formed.program.instructions) {
    formed.claimed.push_back(is_pointwise(instruction) || is_pointwise_source(instruction));
  }
  formed.groups = form_pointwise_groups(formed.program, formed.claimed, limits);
  return formed;
}

const char* adam = R"(program 1
%0: f32[64,32] = variable {index=0, name="w"}
%1: f32[64,32] = variable {index=1, name="m"}
%2: f32[64,32] = variable {index=2, name="v"}
%3: f32[] = variable {index=3, name="learning_rate"}
%4: i32[] = variable {index=4, name="iterations"}
%5: f32[64,32] = input {name="gradient"}
%6: f32[] = cast (%4)
%7: f32[] = fill {value=1}
%8: f32[] = add (%6, %7)
%9: f32[] = fill {value=0.9}
%10: f32[] = pow (%9, %8)
%11: f32[] = sub (%7, %10)
%12: f32[] = div (%3, %11)
%13: f32[] = fill {value=0.0001}
%14: f32[64,32] = mul (%0, %13)
%15: f32[64,32] = add (%5, %14)
%16: f32[64,32] = clip (%15) {min=-1, max=1}
%17: f32[64,32] = sub (%16, %1)
%18: f32[] = fill {value=0.1}
%19: f32[64,32] = mul (%17, %18)
%20: f32[64,32] = add (%1, %19)
%21: f32[64,32] = square (%16)
%22: f32[64,32] = sub (%21, %2)
%23: f32[] = fill {value=0.001}
%24: f32[64,32] = mul (%22, %23)
%25: f32[64,32] = add (%2, %24)
%26: f32[64,32] = sqrt (%25)
%27: f32[] = fill {value=1e-7}
%28: f32[64,32] = add (%26, %27)
%29: f32[64,32] = mul (%20, %12)
%30: f32[64,32] = div (%29, %28)
%31: f32[64,32] = sub (%0, %30)
update 0 = %31
update 1 = %20
update 2 = %25
return ()
)";

}  // namespace

TEST(adam_is_one_group_and_its_scalars_another) {
  const Formed formed = form(adam);
  CHECK_EQUAL(formed.groups.size(), 2u);
  const PointwiseGroup& update = formed.of(31);
  CHECK_EQUAL(update.outputs, (std::vector<int>{20, 25, 31}));
  CHECK_EQUAL(update.shape, (Shape{64, 32}));
  CHECK_EQUAL(update.elementwise, 5);  // w, gradient, m, v, the corrected rate
  CHECK(update.preserves_zero);
  const PointwiseGroup& scalars = formed.of(12);
  CHECK_EQUAL(scalars.outputs, (std::vector<int>{12}));
  CHECK_EQUAL(scalars.shape, Shape{});
}

TEST(text_and_name) {
  const Formed formed = form(R"(program 1
%0: f32[8,4] = input {name="x"}
%1: f32[4] = input {name="b"}
%2: f32[8,4] = add (%0, %1)
%3: f32[] = fill {value=0.5}
%4: f32[8,4] = mul (%2, %3)
%5: f32[8,4] = leaky_relu (%4) {alpha=0.3}
return (%5, %2)
)");
  CHECK_EQUAL(formed.groups.size(), 1u);
  CHECK_EQUAL(formed.groups[0].name(), std::string("add+mul+leaky_relu"));
  CHECK_EQUAL(formed.groups[0].text(formed.program), std::string(R"(pointwise [8, 4] keeps zero
  r0 = %0: f32[8,4]
  r1 = %1: f32[4]
  r2: f32 = 0.5
  r3: f32 = add r0 r1 -> %2
  r4: f32 = mul r3 r2
  r5: f32 = leaky_relu r4 alpha=0.3 -> %5
)"));
}

TEST(registers_are_reused) {
  const Formed formed = form(R"(program 1
%0: f32[8] = input {name="x"}
%1: f32[8] = exp (%0)
%2: f32[8] = neg (%1)
%3: f32[8] = sqrt (%2)
%4: bool[8] = is_nan (%3)
%5: f32[8] = cast (%4)
%6: f32[8] = mul (%5, %5)
return (%6)
)");
  CHECK_EQUAL(formed.groups[0].registers, 4);  // x, one for f32 (reused for the casts), one for bool, the output
}

TEST(masks_are_computed_again_in_the_backward_pass) {
  const Formed formed = form(R"(program 1
%0: f32[16,8] = input {name="x"}
%1: i32[2] = variable {index=0, name="seed"}
%2: f32[16,8] = random_uniform (%1) {stream=3, low=0, high=1}
%3: f32[] = fill {value=0.5}
%4: bool[16,8] = greater_equal (%2, %3)
%5: f32[] = fill {value=0}
%6: f32[16,8] = mul (%0, %3)
%7: f32[16,8] = select (%4, %6, %5)
%8: f32[8,8] = matmul (%7, %0) {transposeA=true, transposeB=false}
%9: f32[16,8] = matmul (%0, %8) {transposeA=false, transposeB=false}
%10: f32[16,8] = select (%4, %9, %5)
return (%10)
)");
  CHECK_EQUAL(formed.groups.size(), 2u);
  CHECK_EQUAL(formed.of(7).operands, (std::vector<int>{0, 1}));
  CHECK_EQUAL(formed.of(7).elementwise, 1);
  CHECK_EQUAL(formed.of(10).operands, (std::vector<int>{9, 1}));
  CHECK(formed.of(7).preserves_zero);  // either branch of the select is zero
}

TEST(a_mask_of_another_shape_is_stored) {
  const Formed formed = form(R"(program 1
%0: f32[2,5,5,8] = input {name="x"}
%1: i32[2] = variable {index=0, name="seed"}
%2: f32[2,1,1,8] = random_uniform (%1) {stream=3, low=0, high=1}
%3: f32[2,5,5,8] = mul (%0, %2)
return (%3)
)");
  CHECK_EQUAL(formed.groups.size(), 2u);
  CHECK_EQUAL(formed.of(3).operands, (std::vector<int>{0, 2}));
  CHECK_EQUAL(formed.of(2).operands, (std::vector<int>{1}));
}

TEST(sources_that_others_read_are_stored_and_copied) {
  const Formed formed = form(R"(program 1
%0: f32[4,4] = input {name="x"}
%1: f32[4,4] = fill {value=2}
%2: i32[4] = iota {axis=0}
%3: f32[4,4] = matmul (%0, %1) {transposeA=false, transposeB=false}
%4: f32[4,4] = add (%3, %1)
%5: f32[4] = cast (%2)
%6: f32[4,4] = mul (%4, %5)
return (%6)
)");
  CHECK_EQUAL(formed.of(1).operands.size(), 0u);
  CHECK_EQUAL(formed.of(6).operands, (std::vector<int>{3, 5}));
  CHECK_EQUAL(formed.groups.size(), 3u);
}

TEST(iota_of_a_smaller_shape_is_copied) {
  const Formed formed = form(R"(program 1
%0: i32[6,1] = input {name="labels"}
%1: i32[10] = iota {axis=0}
%2: bool[6,10] = equal (%1, %0)
%3: f32[6,10] = cast (%2)
return (%3)
)");
  CHECK_EQUAL(formed.groups.size(), 1u);
  CHECK_EQUAL(formed.groups[0].operands, (std::vector<int>{0}));
  CHECK_EQUAL(formed.groups[0].steps[0].extent, 10);
  CHECK_EQUAL(formed.groups[0].steps[0].stride, 1);
}

TEST(no_cycles) {
  // %3 may not join the group of %1: it waits for the sum, which waits for %1.
  const Formed formed = form(R"(program 1
%0: f32[4,4] = input {name="x"}
%1: f32[4,4] = exp (%0)
%2: f32[4,1] = sum (%1) {axes=[1], keepDims=true}
%3: f32[4,4] = div (%1, %2)
return (%3)
)");
  CHECK_EQUAL(formed.groups.size(), 2u);
  CHECK_EQUAL(formed.of(3).operands, (std::vector<int>{1, 2}));
  const auto order = schedule_with_groups(formed.program, formed.claimed, formed.groups);
  CHECK_EQUAL(order.size(), 4u);
}

TEST(no_cycles_through_other_groups) {
  // Joining %1 and %5 (same shape, %5 reads %1) would wait for %4, which reads %2, a group of another shape that reads %1.
  const Formed formed = form(R"(program 1
%0: f32[4,1] = input {name="x"}
%1: f32[4,1] = exp (%0)
%2: f32[4,3] = fill {value=3}
%3: f32[4,3] = mul (%1, %2)
%4: f32[4,1] = max (%3) {axes=[1], keepDims=true}
%5: f32[4,1] = add (%1, %4)
return (%5)
)");
  CHECK_EQUAL(formed.groups.size(), 3u);
}

TEST(limits_split_groups) {
  std::string listing = "program 1\n%0: f32[8] = input {name=\"x\"}\n";
  for (int i = 1; i <= 40; ++i) listing += "%" + std::to_string(i) + ": f32[8] = sin (%" + std::to_string(i - 1) + ")\n";
  const Formed formed = form(listing + "return (%40)\n", PointwiseLimits{.steps = 16, .operands = 4, .outputs = 2});
  CHECK_EQUAL(formed.groups.size(), 3u);
  for (const PointwiseGroup& group : formed.groups) CHECK(group.steps.size() <= 16);
}

TEST(dead_instructions_are_dropped) {
  const Formed formed = form(R"(program 1
%0: f32[8] = input {name="x"}
%1: f32[8] = exp (%0)
%2: f32[8] = neg (%1)
%3: f32[8] = relu (%0)
return (%3)
)");
  CHECK_EQUAL(formed.groups.size(), 1u);
  CHECK_EQUAL(formed.groups[0].steps.size(), 1u);
}

TEST(unclaimed_instructions_stay_outside) {
  Program program = parse(R"(program 1
%0: f32[8] = input {name="x"}
%1: f32[8] = exp (%0)
%2: f32[8] = neg (%1)
%3: f32[8] = relu (%2)
return (%3)
)");
  const std::vector<bool> claimed = {false, true, false, true};
  const auto groups = form_pointwise_groups(program, claimed);
  CHECK_EQUAL(groups.size(), 2u);
  CHECK_EQUAL(groups[0].outputs, (std::vector<int>{1}));
  CHECK_EQUAL(groups[1].operands, (std::vector<int>{2}));
}

TEST(what_keeps_zero) {
  const auto keeps = [](const std::string& body, int result) {
    const Formed formed = form("program 1\n%0: f32[4,8] = input {name=\"x\"}\n%1: f32[8] = input {name=\"c\"}\n%2: f32[] = input {name=\"s\"}\n" +
                               body + "return (%" + std::to_string(result) + ")\n");
    return formed.of(result).preserves_zero;
  };
  CHECK(keeps("%3: f32[4,8] = mul (%0, %2)\n", 3));
  CHECK(!keeps("%3: f32[4,8] = add (%0, %2)\n", 3));
  CHECK(keeps("%3: f32[4,8] = add (%0, %1)\n", 3));
  CHECK(keeps("%3: f32[4,8] = tanh (%0)\n", 3));
  CHECK(!keeps("%3: f32[4,8] = sigmoid (%0)\n", 3));
  CHECK(!keeps("%3: f32[4,8] = exp (%0)\n", 3));
  CHECK(keeps("%3: f32[4,8] = relu_backward (%0, %1)\n", 3));
  CHECK(!keeps("%3: f32[4,8] = clip (%0) {min=0.5, max=1}\n", 3));
  CHECK(keeps("%3: f32[] = fill {value=1}\n%4: f32[4,8] = sub (%3, %3)\n%5: f32[4,8] = mul (%4, %2)\n%6: f32[4,8] = add (%5, %0)\n", 6));
}

TEST(readers_of_a_variable_come_before_its_update) {
  const Formed formed = form(R"(program 1
%0: f32[4,4] = variable {index=0, name="w"}
%1: f32[4,4] = input {name="g"}
%2: f32[4,4] = sub (%0, %1)
%3: f32[4,4] = transpose (%0) {permutation=[1,0]}
update 0 = %2
return (%3)
)");
  const auto order = schedule_with_groups(formed.program, formed.claimed, formed.groups);
  CHECK_EQUAL(order.size(), 4u);
  CHECK_EQUAL(order.back().group, 0);
}

TEST(constants_of_16_bits_are_rounded) {
  const Formed formed = form(R"(program 1
%0: bf16[4] = input {name="x"}
%1: bf16[] = fill {value=0.1}
%2: bf16[4] = mul (%0, %1)
%3: f16[4] = cast (%2)
%4: f16[] = fill {value=1e-9}
%5: f16[4] = add (%3, %4)
return (%5)
)");
  const PointwiseGroup& group = formed.of(5);
  CHECK_EQUAL(group.constants[0].value, 0.10009765625);
  CHECK_EQUAL(group.constants[1].value, 0.0);
}
