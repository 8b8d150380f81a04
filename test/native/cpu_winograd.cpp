// Programs in which every convolution that can runs our Winograd kernels, whatever is the fastest on this machine, against the reference
// kernels: results, what is fused with them, layouts, updates.
#include "two_devices.h"

namespace laminet::test {
namespace {

bool has(const std::string& names, const std::string& word) { return names.find(word) != std::string::npos; }

int count(const std::string& names, const std::string& word) {
  int found = 0;
  for (size_t at = names.find(word); at != std::string::npos; at = names.find(word, at + 1)) ++found;
  return found;
}

// The choices of a process, with every convolution's winner replaced by `winner`; where it is not offered, another one is chosen.
std::string with_winner(const std::string& choices, const std::string& winner) {
  std::istringstream lines(choices);
  std::string line, result;
  while (std::getline(lines, line)) {
    const size_t tab = line.find('\t');
    result += (tab == std::string::npos ? line : line.substr(0, tab + 1) + winner) + "\n";
  }
  return result;
}

std::string our_name() {
  const std::string device = Session("cpu").device().description();
  return has(device, "AVX-512") ? "winograd:avx512" : has(device, "AVX2") ? "winograd:avx2" : "winograd:base";
}

// Compares twice: compiling makes the choices, which the second time are ours.
std::string compare_ours(const std::string& listing, int line) {
  compare(listing, 2e-5, 1, __FILE__, line);
  Session session("cpu");
  const std::string before = session.device().choices();
  session.device().adopt_choices(with_winner(before, our_name()));
  const std::string names = compare(listing, 2e-5, 1, __FILE__, line);
  session.device().adopt_choices(before);
  return names;
}
#define COMPARE_OURS(listing) compare_ours((listing), __LINE__)

const std::string kConv = "{strides=[1,1], padding=\"same\", dilations=[1,1], groups=1}";

}  // namespace

TEST(forward_with_its_tail) {
  for (const std::string channels : {"16", "48", "64"}) {
    const std::string t = "f32[2,6,7," + channels + "]";
    const std::string head = "program 1\n%0: f32[2,6,7,32] = input {name=\"x\"}\n%1: f32[3,3,32," + channels +
                             "] = variable {index=0, name=\"k\"}\n%2: " + t + " = conv2d (%0, %1) " + kConv + "\n%3: f32[" + channels +
                             "] = input {name=\"b\"}\n%4: " + t + " = add (%2, %3)\n";
    CHECK(has(COMPARE_OURS(head + "return (%4)\n"), "conv2d+add [winograd:"));
    CHECK(has(COMPARE_OURS(head + "%5: " + t + " = relu (%4)\nreturn (%5)\n"), "conv2d+add+relu [winograd:"));
    CHECK(has(COMPARE_OURS(head + "%5: " + t + " = leaky_relu (%4) {alpha=0.2}\nreturn (%5)\n"), "conv2d+add+leaky_relu [winograd:"));
    // What our tail cannot do is left to the library.
    CHECK(!has(COMPARE_OURS(head + "%5: " + t + " = tanh (%4)\nreturn (%5)\n"), "[winograd:"));
  }
}

TEST(gradients) {
  for (const std::string padding : {"\"same\"", "\"valid\"", "[2,0,1,2]"}) {
    const std::string attributes = "{strides=[1,1], padding=" + padding + ", dilations=[1,1], groups=1}";
    const std::string y = padding == "\"same\"" ? "f32[3,9,8,48]" : padding == "\"valid\"" ? "f32[3,7,6,48]" : "f32[3,9,9,48]";
    const std::string names = COMPARE_OURS(
        "program 1\n%0: f32[3,9,8,16] = input {name=\"x\"}\n%1: f32[3,3,16,48] = variable {index=0, name=\"k\"}\n%2: " + y +
        " = input {name=\"dy\"}\n%3: " + y + " = conv2d (%0, %1) " + attributes + "\n%4: f32[3,9,8,16] = conv2d_backward_input (%1, %2) " +
        attributes + "\n%5: f32[3,3,16,48] = conv2d_backward_kernel (%0, %2) " + attributes +
        "\n%6: f32[48] = sum (%2) {axes=[0,1,2], keepDims=false}\nreturn (%3, %4, %5, %6)\n");
    CHECK_EQUAL(count(names, "[winograd:"), 3);
    CHECK(has(names, "conv2d_backward_kernel+sum [winograd:"));
  }
}

TEST(problems_that_are_none_of_ours) {
  const auto names = [](const std::string& kernel, const std::string& y, const std::string& attributes) {
    return COMPARE_OURS("program 1\n%0: f32[2,9,9,16] = input {name=\"x\"}\n%1: f32[" + kernel + "] = input {name=\"k\"}\n%2: f32[" + y +
                        "] = conv2d (%0, %1) {" + attributes + "}\nreturn (%2)\n");
  };
  CHECK(!has(names("3,3,16,16", "2,5,5,16", "strides=[2,2], padding=\"same\", dilations=[1,1], groups=1"), "[winograd:"));
  CHECK(!has(names("3,3,16,16", "2,9,9,16", "strides=[1,1], padding=\"same\", dilations=[2,2], groups=1"), "[winograd:"));
  CHECK(!has(names("3,3,8,16", "2,9,9,16", "strides=[1,1], padding=\"same\", dilations=[1,1], groups=2"), "[winograd:"));
  CHECK(!has(names("5,5,16,16", "2,9,9,16", "strides=[1,1], padding=\"same\", dilations=[1,1], groups=1"), "[winograd:"));
  CHECK(!has(names("3,3,16,10", "2,9,9,10", "strides=[1,1], padding=\"same\", dilations=[1,1], groups=1"), "[winograd:"));
  CHECK(!has(names("3,3,16,16", "2,13,13,16", "strides=[1,1], padding=[3,3,3,3], dilations=[1,1], groups=1"), "[winograd:"));
}

// Two convolutions, all gradients, an update in place: no conversion but of what comes in and goes out.
TEST(a_step_of_training) {
  const std::string names = COMPARE_OURS(
      "program 1\n%0: f32[4,14,14,32] = input {name=\"x\"}\n%1: f32[3,3,32,64] = variable {index=0, name=\"k1\"}\n"
      "%2: f32[3,3,64,64] = variable {index=1, name=\"k2\"}\n%3: f32[4,14,14,64] = conv2d (%0, %1) " + kConv +
      "\n%4: f32[4,14,14,64] = relu (%3)\n%5: f32[4,14,14,64] = conv2d (%4, %2) " + kConv +
      "\n%6: f32[4,14,14,64] = relu (%5)\n%7: f32[3,3,64,64] = conv2d_backward_kernel (%4, %6) " + kConv +
      "\n%8: f32[4,14,14,64] = conv2d_backward_input (%2, %6) " + kConv + "\n%9: f32[4,14,14,64] = relu_backward (%4, %8)\n"
      "%10: f32[3,3,32,64] = conv2d_backward_kernel (%0, %9) " + kConv + "\n%11: f32[] = fill {value=0.0001}\n"
      "%12: f32[3,3,32,64] = mul (%10, %11)\n%13: f32[3,3,32,64] = sub (%1, %12)\n%14: f32[3,3,64,64] = mul (%7, %11)\n"
      "%15: f32[3,3,64,64] = sub (%2, %14)\nupdate 0 = %13\nupdate 1 = %15\n%16: f32[] = sum (%6) {axes=[0,1,2,3], "
      "keepDims=false}\nreturn (%16)\n");
  CHECK_EQUAL(count(names, "[winograd:"), 5);
  CHECK_EQUAL(count(names, "reorder"), 1);
}

// More images than a core's cache holds: neighbours take turns.
TEST(slices_of_the_batch) {
  const std::string t = "f32[97,32,32,16]";
  const std::string names = COMPARE_OURS(
      "program 1\n%0: " + t + " = input {name=\"x\"}\n%1: f32[3,3,16,16] = variable {index=0, name=\"k1\"}\n"
      "%2: f32[3,3,16,16] = variable {index=1, name=\"k2\"}\n%3: " + t + " = conv2d (%0, %1) " + kConv + "\n%4: " + t + " = relu (%3)\n%5: " +
      t + " = conv2d (%4, %2) " + kConv + "\n%6: " + t + " = relu (%5)\n%7: " + t + " = conv2d_backward_input (%2, %6) " + kConv + "\n%8: " +
      t + " = square (%7)\nreturn (%8)\n");
  CHECK(has(names, "[winograd:") && has(names, "slices of"));
}

}  // namespace laminet::test
