// What the cpu plugin fuses, writes in place and passes along in blocked layouts, against the reference kernels, one by one.
#include "two_devices.h"

namespace laminet::test {
namespace {

bool has(const std::string& names, const std::string& word) { return names.find(word) != std::string::npos; }

const std::string kConv = "{strides=[1,1], padding=\"same\", dilations=[1,1], groups=1}";

// A convolution of an input by a variable to `channels`, then these lines, which start with value %3.
std::string after_conv(int channels, const std::string& lines, const std::string& image = "2,6,6") {
  const std::string c = std::to_string(channels);
  return "program 1\n%0: f32[" + image + ",16] = input {name=\"x\"}\n%1: f32[3,3,16," + c + "] = variable {index=0, name=\"k\"}\n%2: f32[" +
         image + "," + c + "] = conv2d (%0, %1) " + kConv + "\n" + lines;
}

}  // namespace

TEST(bias_and_activation_join_a_convolution) {
  for (const int channels : {16, 48, 10, 1}) {
    const std::string c = std::to_string(channels), t = "f32[2,6,6," + c + "]";
    for (const std::string activation : {"relu (%4)", "leaky_relu (%4) {alpha=0.2}", "elu (%4) {alpha=1}", "tanh (%4)", "sigmoid (%4)"}) {
      const std::string names = COMPARE(after_conv(channels, "%3: f32[" + c + "] = input {name=\"b\"}\n%4: " + t + " = add (%2, %3)\n%5: " + t +
                                                                 " = " + activation + "\nreturn (%5)\n"));
      CHECK(has(names, "conv2d+add+" + activation.substr(0, activation.find(' '))));
    }
    // Somebody else reads the sum: it must be there.
    COMPARE(after_conv(channels, "%3: f32[" + c + "] = input {name=\"b\"}\n%4: " + t + " = add (%2, %3)\n%5: " + t +
                                     " = relu (%4)\nreturn (%4, %5)\n"));
    COMPARE(after_conv(channels, "%3: f32[1,1,1," + c + "] = input {name=\"b\"}\n%4: " + t + " = add (%3, %2)\nreturn (%4)\n"));
  }
}

TEST(pointwise_ops_keep_padding_clean) {
  for (const int channels : {16, 10, 3}) {
    const std::string c = std::to_string(channels), t = "f32[2,6,6," + c + "]";
    // exp makes ones of zeros, add shifts them: neither may reach the padding that the second convolution reads.
    COMPARE(after_conv(channels, "%3: " + t + " = exp (%2)\n%4: f32[] = fill {value=2}\n%5: " + t + " = add (%3, %4)\n%6: f32[3,3," + c +
                                     ",16] = input {name=\"k2\"}\n%7: f32[2,6,6,16] = conv2d (%5, %6) " + kConv +
                                     "\n%8: f32[" + c + "] = sum (%5) {axes=[0,1,2], keepDims=false}\nreturn (%5, %7, %8)\n"));
    COMPARE(after_conv(channels, "%3: " + t + " = square (%2)\n%4: " + t + " = relu (%3)\n%5: f32[2,6,6] = sum (%4) {axes=[3], keepDims=false}\n" +
                                     "%6: f32[2] = max (%4) {axes=[1,2,3], keepDims=false}\n%7: f32[2,1,1," + c +
                                     "] = sum (%4) {axes=[1,2], keepDims=true}\n%8: " + t + " = mul (%4, %7)\nreturn (%5, %6, %7, %8)\n"));
    // A boolean that lies as its images do.
    COMPARE(after_conv(channels, "%3: " + t + " = relu (%2)\n%4: f32[] = fill {value=0.5}\n%5: bool[2,6,6," + c +
                                     "] = greater (%2, %4)\n%6: " + t + " = select (%5, %3, %2)\nreturn (%5, %6)\n"));
  }
}

TEST(scales_become_part_of_the_weights) {
  for (const int channels : {16, 10})
    for (const bool bias : {false, true})
      for (const bool shift : {false, true}) {
        const std::string c = std::to_string(channels), t = "f32[4,12,12," + c + "]", v = "f32[" + c + "]";
        std::string lines = "%3: " + v + " = input {name=\"b\"}\n%4: f32[1,1,1," + c + "] = input {name=\"s\"}\n%5: " + v + " = input {name=\"t\"}\n";
        int last = 2, next = 6;
        const auto then = [&](const std::string& op, const std::string& operand) {
          lines += "%" + std::to_string(next) + ": " + t + " = " + op + " (%" + std::to_string(last) + operand + ")\n";
          last = next++;
        };
        if (bias) then("add", ", %3");
        then("mul", ", %4");
        if (shift) then("add", ", %5");
        then("relu", "");
        const std::string names = COMPARE(after_conv(channels, lines + "return (%" + std::to_string(last) + ")\n", "4,12,12"));
        CHECK(has(names, bias || shift ? "conv2d+add+relu" : "conv2d+relu"));
      }
  // Somebody else reads the unscaled result.
  COMPARE(after_conv(16, "%3: f32[16] = input {name=\"s\"}\n%4: f32[2,6,6,16] = mul (%2, %3)\nreturn (%2, %4)\n"));
}

TEST(movements_stay_in_the_blocked_layout) {
  for (const int channels : {16, 32, 10}) {
    const std::string c = std::to_string(channels), twice = std::to_string(2 * channels), t = "f32[2,6,6," + c + "]";
    const std::string names = COMPARE(
        after_conv(channels, "%3: " + t + " = relu (%2)\n%4: f32[2,6,6," + twice + "] = concat (%2, %3) {axis=3}\n%5: " + t +
                                 " = slice (%4) {begin=[0,0,0," + c + "], size=[2,6,6," + c + "], strides=[1,1,1,1]}\n%6: f32[2,9,5," + c +
                                 "] = pad (%5) {before=[0,1,-1,0], after=[0,2,0,0], interior=[0,0,0,0], value=3}\n%7: f32[2,11,11," + c +
                                 "] = pad (%5) {before=[0,0,0,0], after=[0,0,0,0], interior=[0,1,1,0], value=0}\n%8: f32[4,6,6," + c +
                                 "] = concat (%5, %3) {axis=0}\n%9: f32[2,3,2," + c + "] = slice (%5) {begin=[0,0,1,0], size=[2,3,2," + c +
                                 "], strides=[1,2,3,1]}\n%10: f32[2,6,6," + std::to_string(channels + 3) +
                                 "] = pad (%5) {before=[0,0,0,1], after=[0,0,0,2], interior=[0,0,0,0], value=1}\nreturn (%6, %7, %8, %9, %10)\n"));
    // Sixteen channels are one block, which is the plain layout.
    CHECK_EQUAL(has(names, "concat [adbc"), channels == 32);
  }
}

TEST(gradients_of_bias_and_kernel_are_one_kernel) {
  for (const int channels : {16, 10}) {
    const std::string c = std::to_string(channels);
    const std::string names = COMPARE("program 1\n%0: f32[2,6,6,16] = input {name=\"x\"}\n%1: f32[2,6,6," + c +
                                      "] = input {name=\"dy\"}\n%2: f32[" + c + "] = sum (%1) {axes=[0,1,2], keepDims=false}\n%3: f32[3,3,16," + c +
                                      "] = conv2d_backward_kernel (%0, %1) " + kConv + "\nreturn (%2, %3)\n");
    CHECK(has(names, "sum+conv2d_backward_kernel"));
  }
  CHECK(has(COMPARE("program 1\n%0: f32[8,5] = input {name=\"x\"}\n%1: f32[8,6] = input {name=\"dy\"}\n%2: f32[6] = sum (%1) {axes=[0], "
                    "keepDims=false}\n%3: f32[5,6] = matmul (%0, %1) {transposeA=true, transposeB=false}\nreturn (%2, %3)\n"),
            "sum+matmul"));
}

TEST(dense_layers_are_inner_products) {
  const std::string names = COMPARE(
      "program 1\n%0: f32[8,20] = input {name=\"x\"}\n%1: f32[20,6] = variable {index=0, name=\"w\"}\n%2: f32[6] = variable {index=1, name=\"b\"}\n"
      "%3: f32[8,6] = matmul (%0, %1) {transposeA=false, transposeB=false}\n%4: f32[8,6] = add (%3, %2)\n%5: f32[8,6] = relu (%4)\n"
      "%6: f32[8,20] = matmul (%5, %1) {transposeA=false, transposeB=true}\n%7: f32[20,6] = matmul (%0, %5) {transposeA=true, "
      "transposeB=false}\n%8: f32[20,6] = sub (%1, %7)\nupdate 0 = %8\nreturn (%5, %6)\n");
  CHECK(has(names, "matmul+add+relu"));
  // The transposed weight alone, as in tied embeddings.
  COMPARE("program 1\n%0: f32[8,6] = input {name=\"x\"}\n%1: f32[20,6] = variable {index=0, name=\"w\"}\n%2: f32[8,20] = matmul (%0, %1) "
          "{transposeA=false, transposeB=true}\nreturn (%2)\n");
}

TEST(updates_see_old_values) {
  const std::string two = "program 1\n%0: f32[4] = variable {index=0, name=\"a\"}\n%1: f32[4] = variable {index=1, name=\"b\"}\n";
  COMPARE(two + "update 0 = %1\nupdate 1 = %0\nreturn (%0, %1)\n");
  COMPARE(two + "%2: f32[4] = add (%0, %1)\n%3: f32[4] = mul (%0, %1)\nupdate 0 = %2\nupdate 1 = %3\nreturn (%2, %0)\n");
  COMPARE(two + "%2: f32[4] = square (%0)\nupdate 0 = %2\n%3: f32[4] = add (%2, %0)\nupdate 1 = %3\nreturn (%3)\n");
  COMPARE(two + "%2: f32[2,2] = reshape (%0)\n%3: f32[2,2] = exp (%2)\n%4: f32[4] = reshape (%3)\nupdate 1 = %4\nupdate 0 = %4\nreturn (%2, %4)\n");
  COMPARE(two + "%2: f32[4] = reverse (%0) {axes=[0]}\nupdate 0 = %2\nreturn ()\n");
  COMPARE(two + "update 0 = %0\nupdate 1 = %0\nreturn (%1)\n");
}

TEST(values_may_leave_several_times) {
  COMPARE("program 1\n%0: f32[4] = input {name=\"x\"}\n%1: f32[4] = exp (%0)\n%2: f32[2,2] = reshape (%1)\nreturn (%1, %1, %2, %0)\n");
  COMPARE("program 1\n%0: f32[3] = fill {value=4}\n%1: i32[2,3] = iota {axis=1}\nreturn (%0, %1)\n");
}

}  // namespace laminet::test
