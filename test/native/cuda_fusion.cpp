// Instructions that the cuda backend joins, and how new values reach variables, against the reference kernels, one by one.
#include <algorithm>

#include "two_devices.h"

namespace laminet::test {
namespace {

// Kernels in what COMPARE_ON_CUDA returns.
int kernels(const std::string& names) { return static_cast<int>(std::count(names.begin(), names.end(), ';')); }

const std::string kImage = "f32[3,5,4,6]";
const std::string kNorm = "program 1\n%0: " + kImage + " = input {name=\"x\"}\n%1: f32[6] = variable {index=0, name=\"gamma\"}\n"
                          "%2: f32[6] = variable {index=1, name=\"beta\"}\n%3: " + kImage + " = input {name=\"skip\"}\n%4: " + kImage +
                          ", %5: f32[6], %6: f32[6] = batch_norm (%0, %1, %2) {epsilon=0.001}\n";

}  // namespace

TEST(bias_and_relu_join_a_matrix_product) {
  const std::string product = "program 1\n%0: f32[7,5] = input {name=\"x\"}\n%1: f32[5,6] = variable {index=0, name=\"w\"}\n"
                              "%2: f32[6] = variable {index=1, name=\"b\"}\n%3: f32[7,6] = matmul (%0, %1) {transposeA=false, transposeB=false}\n";
  CHECK_EQUAL(kernels(COMPARE_ON_CUDA(product + "%4: f32[7,6] = add (%3, %2)\nreturn (%4)\n")), 1);
  CHECK_EQUAL(kernels(COMPARE_ON_CUDA(product + "%4: f32[7,6] = add (%2, %3)\n%5: f32[7,6] = relu (%4)\nreturn (%5)\n")), 1);
  CHECK_EQUAL(kernels(COMPARE_ON_CUDA(product + "%4: f32[7,6] = add (%3, %2)\n%5: f32[7,6] = relu (%4)\nreturn (%4, %5)\n")), 2);
  COMPARE_ON_CUDA(product + "%4: f32[7,6] = add (%3, %3)\nreturn (%4)\n");
  COMPARE_ON_CUDA(product + "%4: f32[7,1] = sum (%3) {axes=[1], keepDims=true}\n%5: f32[7,6] = add (%3, %4)\nreturn (%5)\n");
}

TEST(bias_and_relu_join_a_convolution) {
  const std::string conv = "program 1\n%0: f32[2,6,5,3] = input {name=\"x\"}\n%1: f32[3,3,3,4] = variable {index=0, name=\"k\"}\n"
                           "%2: f32[4] = variable {index=1, name=\"b\"}\n%3: f32[2,6,5,4] = conv2d (%0, %1) {strides=[1,1], padding=\"same\", "
                           "dilations=[1,1], groups=1}\n%4: f32[2,6,5,4] = add (%3, %2)\n";
  COMPARE_ON_CUDA(conv + "return (%4)\n");
  COMPARE_ON_CUDA(conv + "%5: f32[2,6,5,4] = relu (%4)\nreturn (%5)\n");
  COMPARE_ON_CUDA(conv + "%5: f32[2,6,5,4] = leaky_relu (%4) {alpha=0.2}\nreturn (%5)\n");
  COMPARE_ON_CUDA(conv + "%5: f32[2,6,5,4] = relu (%4)\nreturn (%4, %5)\n");
}

TEST(activations_join_batch_norm) {
  for (const std::string activation : {"relu (%4)", "leaky_relu (%4) {alpha=0.3}"}) {
    CHECK_EQUAL(kernels(COMPARE_ON_CUDA(kNorm + "%7: " + kImage + " = " + activation + "\nreturn (%7, %5, %6)\n")), 1);
    COMPARE_ON_CUDA(kNorm + "%7: " + kImage + " = " + activation + "\nreturn (%7, %4)\n");
  }
  for (const std::string operands : {"(%4, %3)", "(%3, %4)"})
    CHECK_EQUAL(kernels(COMPARE_ON_CUDA(kNorm + "%7: " + kImage + " = add " + operands + "\n%8: " + kImage + " = relu (%7)\nreturn (%8, %5)\n")), 1);
  // The skip is computed after the normalisation; the moments are read before the activation.
  COMPARE_ON_CUDA(kNorm + "%7: f32[6] = add (%5, %6)\n%8: " + kImage + " = exp (%3)\n%9: " + kImage + " = add (%4, %8)\n%10: " + kImage +
                  " = relu (%9)\nupdate 0 = %7\nreturn (%10)\n");
  // The skip depends on the normalisation itself: joining would wait for itself.
  COMPARE_ON_CUDA(kNorm + "%7: " + kImage + " = mul (%3, %5)\n%8: " + kImage + " = add (%4, %7)\n%9: " + kImage + " = relu (%8)\nreturn (%9)\n");
}

TEST(activations_join_batch_norm_backward) {
  const std::string forward = kNorm + "%7: " + kImage + " = input {name=\"dy\"}\n";
  const std::string backward = ", %10: f32[6], %11: f32[6] = batch_norm_backward (%0, %1, %2, %5, %6, %8) {epsilon=0.001}\n";
  for (const std::string activation : {"relu", "leaky_relu"}) {
    const std::string attributes = activation == "relu" ? "" : " {alpha=0.3}";
    const std::string masked = forward + "%8: " + kImage + " = " + activation + "_backward (%3, %7)" + attributes + "\n%9: " + kImage + backward;
    COMPARE_ON_CUDA(masked + "return (%9, %10, %11)\n");
    // The branch that was added reads the masked gradient as well.
    COMPARE_ON_CUDA(masked + "%12: " + kImage + " = neg (%8)\nreturn (%9, %10, %11, %12)\n");
    COMPARE_ON_CUDA(masked + "return (%9, %10, %11, %8)\n");
  }
}

TEST(updates_see_old_values) {
  const std::string two = "program 1\n%0: f32[4] = variable {index=0, name=\"a\"}\n%1: f32[4] = variable {index=1, name=\"b\"}\n";
  COMPARE_ON_CUDA(two + "update 0 = %1\nupdate 1 = %0\nreturn (%0, %1)\n");
  COMPARE_ON_CUDA(two + "%2: f32[4] = add (%0, %1)\n%3: f32[4] = mul (%0, %1)\nupdate 0 = %2\nupdate 1 = %3\nreturn (%2, %0)\n");
  COMPARE_ON_CUDA(two + "%2: f32[4] = square (%0)\nupdate 0 = %2\n%3: f32[4] = add (%2, %0)\nupdate 1 = %3\nreturn (%3)\n");
  COMPARE_ON_CUDA(two + "%2: f32[2,2] = reshape (%0)\n%3: f32[2,2] = exp (%2)\n%4: f32[4] = reshape (%3)\nupdate 1 = %4\nupdate 0 = %4\nreturn (%2, %4)\n");
  COMPARE_ON_CUDA(two + "%2: f32[4] = reverse (%0) {axes=[0]}\nupdate 0 = %2\nreturn ()\n");
  COMPARE_ON_CUDA(two + "update 0 = %0\nupdate 1 = %0\nreturn (%1)\n");
  COMPARE_ON_CUDA(two + "%2: f32[] = sum (%0) {axes=[0], keepDims=false}\n%3: f32[4] = mul (%0, %2)\nupdate 0 = %3\n%4: f32[4] = add (%1, %0)\nupdate 1 = %4\nreturn ()\n");
  // In one group: the new value of one variable and a reader of its old value at other elements.
  COMPARE_ON_CUDA(two + "%2: f32[1,4] = reshape (%0)\n%3: f32[4,1] = reshape (%0)\n%4: f32[4,4] = mul (%2, %3)\n%5: f32[4] = neg (%0)\nupdate 0 = %5\nreturn (%4)\n");
}

TEST(values_may_leave_several_times) {
  COMPARE_ON_CUDA("program 1\n%0: f32[4] = input {name=\"x\"}\n%1: f32[4] = exp (%0)\n%2: f32[2,2] = reshape (%1)\nreturn (%1, %1, %2, %0)\n");
  COMPARE_ON_CUDA("program 1\n%0: f32[3] = fill {value=4}\n%1: i32[2,3] = iota {axis=1}\nreturn (%0, %1)\n");
  COMPARE_ON_CUDA("program 1\n%0: f32[0,3] = input {name=\"x\"}\n%1: f32[0,3] = exp (%0)\nreturn (%1)\n");
}

}  // namespace laminet::test
