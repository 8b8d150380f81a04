// batch_norm and its gradient on the emulated GPU against the reference kernels: channel counts that fill vectors and blocks and that do
// not, few and many rows, hard means, every type, and what is fused with them.
#include "listing_of.h"
#include "two_programs.h"

namespace laminet::test {
namespace {

const std::string kEpsilon = "epsilon=0.001";

std::string forward_listing(const std::string& dtype, const Shape& shape) {
  const std::string x = type_text(dtype, shape), c = type_text(dtype, {shape.back()});
  return listing_of("batch_norm", {x, c, c}, {x, c, c}, kEpsilon);
}

// The lines that make inputs of these types, %0 and so on.
std::string inputs_of(const std::vector<std::string>& types) {
  std::string text = "program 1\n";
  for (size_t i = 0; i < types.size(); ++i)
    text += "%" + std::to_string(i) + ": " + types[i] + " = input {name=\"x" + std::to_string(i) + "\"}\n";
  return text;
}

// "%5: a, %6: b"
std::string results(int first, const std::vector<std::string>& types) {
  std::string text;
  for (const std::string& type : types) text += (text.empty() ? "%" : ", %") + std::to_string(first++) + ": " + type;
  return text;
}

// Through the moments of x itself: what the normalisation divides by is its deviation.
std::string backward_listing(const std::string& dtype, const Shape& shape) {
  const std::string x = type_text(dtype, shape), c = type_text(dtype, {shape.back()});
  return inputs_of({x, c, c, x}) + results(4, {x, c, c}) + " = batch_norm (%0, %1, %2) {" + kEpsilon + "}\n" + results(7, {x, c, c}) +
         " = batch_norm_backward (%0, %1, %2, %5, %6, %3) {" + kEpsilon + "}\nreturn (%7, %8, %9)\n";
}

// x about 0.5: the tolerance is relative to results, and a mean of 0 has no digits. Nor has the gradient of two rows, whose parts cancel.
void compare_both(const std::string& dtype, const Shape& shape, double tolerance) {
  const std::string forward = forward_listing(dtype, shape), backward = backward_listing(dtype, shape);
  std::vector<Bytes> inputs = random_inputs(parse(backward));
  inputs[0] = random_bytes(parse(backward).type(0), 1, 1, 0.5);
  CHECK_ON_CUDA(backward, backward, inputs, element_count(shape) <= 2 * shape.back() ? 50 * tolerance : tolerance);
  inputs.pop_back();
  CHECK_ON_CUDA(forward, forward, inputs, tolerance);
}

}  // namespace

TEST(channels_and_rows) {
  for (const int64_t channels : {1, 2, 3, 4, 12, 33, 64, 65, 132, 257, 300})
    for (const int64_t rows : {1, 2, 7, 100}) compare_both("f32", {rows, channels}, 2e-5);
  for (const int64_t channels : {1, 3, 6, 65}) compare_both("f64", {3, 5, channels}, 1e-13);
}

TEST(many_blocks) {
  compare_both("f32", {3, 70, 90, 3}, 2e-5);
  compare_both("f32", {40000, 1}, 2e-5);
  compare_both("f32", {8, 30, 31, 48}, 2e-5);
  compare_both("f32", {3, 9001}, 2e-5);
  compare_both("f64", {70, 4100}, 1e-12);
}

TEST(sixteen_bits) {
  for (const int64_t channels : {1, 5, 8, 72, 520}) {
    compare_both("bf16", {3, 40, channels}, 0.02);
    compare_both("f16", {3, 40, channels}, 0.003);
  }
}

TEST(no_rows_and_no_channels) {
  compare_both("f32", {0, 4}, 0);
  compare_both("f32", {0, 3, 5}, 0);
  compare_both("f32", {3, 0}, 0);
}

TEST(large_means_keep_the_variance) {
  for (const int64_t channels : {1, 4, 7}) {
    const std::string listing = forward_listing("f32", {30, 100, channels});
    const Program program = parse(listing);
    std::vector<Bytes> inputs = random_inputs(program);
    inputs[0] = bytes_of(program.type(0), [&](int64_t i) { return 10000 + static_cast<double>(i * 7919 % 101) / 50; });
    // The mean itself has 7 digits: y may be off by the eighth of 10000.
    CHECK_ON_CUDA(listing, listing, inputs, 4e-4);
    const std::string moments = listing.substr(0, listing.find("return")) + "return (%5)\n";
    CHECK_ON_CUDA(moments, moments, inputs, 1e-5);
  }
}

TEST(first_rows_far_from_the_mean) {
  const std::string listing = forward_listing("f32", {500, 4});
  const Program program = parse(listing);
  std::vector<Bytes> inputs = random_inputs(program);
  inputs[0] = bytes_of(program.type(0), [](int64_t i) { return i < 4 ? 1000.0 : static_cast<double>(i * 7919 % 101) / 50; });
  CHECK_ON_CUDA(listing, listing, inputs, 1e-4);  // of a mean of 3 beside a deviation of 44
}

// y, the moments, dx, dgamma, dbeta and, with a residual (%3), its gradient; dy is %4.
std::string separate_listing(const std::string& x, const std::string& c, const std::string& activation, const std::string& attributes,
                             bool skip) {
  const std::string braces = attributes.empty() ? "\n" : " {" + attributes + "}\n";
  return inputs_of({x, c, c, x, x}) + results(5, {x, c, c}) + " = batch_norm (%0, %1, %2) {" + kEpsilon + "}\n" + results(8, {x}) +
         (skip ? " = add (%5, %3)\n" : " = identity (%5)\n") + results(9, {x}) + " = " + activation + " (%8)" + braces + results(10, {x}) +
         " = " + activation + "_backward (%9, %4)" + braces + results(11, {x, c, c}) +
         " = batch_norm_backward (%0, %1, %2, %6, %7, %10) {" + kEpsilon + "}\nreturn (%9, %6, %7, %11, %12, %13" +
         (skip ? ", %10)\n" : ")\n");
}

// The same with the instructions that the cuda backend makes of it.
std::string joined_listing(const std::string& x, const std::string& c, const std::string& activation, const std::string& attributes,
                           bool skip) {
  const std::string all = kEpsilon + ", activation=\"" + activation + "\"" + (attributes.empty() ? "" : ", " + attributes);
  return inputs_of({x, c, c, x, x}) + results(5, {x, c, c}) + " = batch_norm (%0, %1, %2" + (skip ? ", %3) {" : ") {") + all + "}\n" +
         results(8, skip ? std::vector<std::string>{x, c, c, x} : std::vector<std::string>{x, c, c}) +
         " = batch_norm_backward (%0, %1, %2, %6, %7, %4, %5) {" + all + (skip ? ", skip=true}" : "}") +
         "\nreturn (%5, %6, %7, %8, %9, %10" + (skip ? ", %11)\n" : ")\n");
}

TEST(activations_and_residuals) {
  for (const int64_t channels : {3, 8})
    for (const bool skip : {false, true})
      for (const auto& [activation, attributes] : {std::pair{"relu", ""}, std::pair{"leaky_relu", "alpha=0.3"}}) {
        const std::string x = type_text("f32", {4, 33, channels}), c = type_text("f32", {channels});
        const std::string separate = separate_listing(x, c, activation, attributes, skip);
        CHECK_ON_CUDA(separate, joined_listing(x, c, activation, attributes, skip), random_inputs(parse(separate)), 2e-5);
      }
}

// A residual without an activation: its gradient is dy.
TEST(residuals_alone) {
  const std::string x = "f32[40,6]", c = "f32[6]", moments = " {" + kEpsilon;
  const std::string forward = inputs_of({x, c, c, x, x}) + results(5, {x, c, c}) + " = batch_norm (%0, %1, %2";
  const std::string gradient = results(8, {x, c, c}), backward = " = batch_norm_backward (%0, %1, %2, %6, %7, %4)" + moments;
  CHECK_ON_CUDA(forward + ")" + moments + "}\n" + gradient + backward + "}\n%11: " + x + " = add (%5, %3)\nreturn (%11, %8, %9, %10, %4)\n",
                forward + ", %3)" + moments + "}\n" + gradient + ", %11: " + x + backward + ", skip=true}\nreturn (%5, %8, %9, %10, %11)\n",
                random_inputs(parse(separate_listing(x, c, "relu", "", true))), 2e-5);
}

TEST(sixteen_bits_with_single_precision_parameters) {
  for (const std::string dtype : {"bf16", "f16"})
    for (const int64_t channels : {5, 16}) {
      const std::string x = type_text(dtype, {60, channels}), wide = type_text("f32", {60, channels}), c = type_text("f32", {channels});
      const std::string cast = results(4, {wide}) + " = cast (%0)\n" + results(5, {wide}) + " = cast (%3)\n";
      const std::string separate = inputs_of({x, c, c, x}) + cast + results(6, {wide, c, c}) + " = batch_norm (%4, %1, %2) {" + kEpsilon +
                                   "}\n" + results(9, {wide, c, c}) + " = batch_norm_backward (%4, %1, %2, %7, %8, %5) {" + kEpsilon +
                                   "}\n" + results(12, {x}) + " = cast (%6)\n" + results(13, {x}) +
                                   " = cast (%9)\nreturn (%12, %7, %8, %13, %10, %11)\n";
      const std::string joined = inputs_of({x, c, c, x}) + results(4, {x, c, c}) + " = batch_norm (%0, %1, %2) {" + kEpsilon + "}\n" +
                                 results(7, {x, c, c}) + " = batch_norm_backward (%0, %1, %2, %5, %6, %3) {" + kEpsilon +
                                 "}\nreturn (%4, %5, %6, %7, %8, %9)\n";
      CHECK_ON_CUDA(separate, joined, random_inputs(parse(separate)), dtype == "bf16" ? 0.01 : 0.001);
    }
}

}  // namespace laminet::test
