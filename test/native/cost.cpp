#include "runtime/cost.h"

#include "check.h"
#include "runtime/parse.h"

using namespace laminet;

namespace {

double flops(const std::string& lines) {
  const Program program = parse("program 1\n" + lines);
  return flops_of(program, program.instructions.back());
}

const std::string image = "%0: f32[2,8,8,3] = input {name=\"x\"}\n";
const std::string kernel = "%1: f32[3,3,3,5] = input {name=\"k\"}\n";
const std::string window = " {strides=[2,2], padding=\"same\", dilations=[1,1], groups=1}\n";

}  // namespace

// 2 images of 4 x 4 results of 3 * 3 * 3 products for each of 5 filters.
TEST(convolutions) {
  const double expected = 2.0 * 2 * 4 * 4 * 3 * 3 * 3 * 5;
  const std::string gradient = "%1: f32[2,4,4,5] = input {name=\"dy\"}\n";
  CHECK_EQUAL(flops(image + kernel + "%2: f32[2,4,4,5] = conv2d (%0, %1)" + window + "return (%2)\n"), expected);
  const std::string weights = "%2: f32[3,3,3,5] = input {name=\"k\"}\n";
  CHECK_EQUAL(flops(image + gradient + weights + "%3: f32[2,8,8,3] = conv2d_backward_input (%2, %1)" + window + "return (%3)\n"), expected);
  CHECK_EQUAL(flops(image + gradient + "%2: f32[3,3,3,5] = conv2d_backward_kernel (%0, %1)" + window + "return (%2)\n"), expected);
}

TEST(grouped_convolutions) {
  const std::string depthwise = "%1: f32[3,3,1,3] = input {name=\"k\"}\n%2: f32[2,6,6,3] = conv2d (%0, %1) "
                                "{strides=[1,1], padding=\"valid\", dilations=[1,1], groups=3}\nreturn (%2)\n";
  CHECK_EQUAL(flops(image + depthwise), 2.0 * 2 * 6 * 6 * 3 * 3 * 3);
}

TEST(products) {
  const std::string a = "%0: f32[4,7] = input {name=\"a\"}\n", b = "%1: f32[7,5] = input {name=\"b\"}\n";
  CHECK_EQUAL(flops(a + b + "%2: f32[4,5] = matmul (%0, %1) {transposeA=false, transposeB=false}\nreturn (%2)\n"), 2.0 * 4 * 7 * 5);
  const std::string turned = "%0: f32[7,4] = input {name=\"a\"}\n";
  CHECK_EQUAL(flops(turned + b + "%2: f32[4,5] = matmul (%0, %1) {transposeA=true, transposeB=false}\nreturn (%2)\n"), 2.0 * 4 * 7 * 5);
}

TEST(others_are_bound_by_memory) { CHECK_EQUAL(flops("%0: f32[9] = input {name=\"x\"}\n%1: f32[9] = exp (%0)\nreturn (%1)\n"), 0.0); }
