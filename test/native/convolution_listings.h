// Listings of one convolution instruction, over every option.
#pragma once

#include <string>
#include <vector>

#include "check.h"

namespace laminet::test {

struct ConvolutionCase {
  int64_t batch, height, width, in, out;
  int64_t kernel_height = 3, kernel_width = 3;
  int64_t row_stride = 1, column_stride = 1, dilation = 1, groups = 1;
  std::string padding = "\"same\"";  // or "\"valid\"", or [1,2,0,3]

  int64_t output(int64_t size, int64_t kernel, int64_t stride, int64_t cells) const {
    if (padding == "\"same\"") return (size + stride - 1) / stride;
    const int64_t room = size + (padding == "\"valid\"" ? 0 : cells) - ((kernel - 1) * dilation + 1);
    return room < 0 ? 0 : room / stride + 1;
  }
  std::string attributes() const {
    const auto pair = [](int64_t a, int64_t b) { return "[" + std::to_string(a) + "," + std::to_string(b) + "]"; };
    return "{strides=" + pair(row_stride, column_stride) + ", padding=" + padding + ", dilations=" + pair(dilation, dilation) +
           ", groups=" + std::to_string(groups) + "}";
  }
  Shape x() const { return {batch, height, width, in}; }
  Shape kernel() const { return {kernel_height, kernel_width, in / groups, out}; }
  Shape y() const { return {batch, output(height, kernel_height, row_stride, 3), output(width, kernel_width, column_stride, 3), out}; }
};

inline std::string typed(const std::string& dtype, const Shape& shape) {
  std::string sizes;
  for (const int64_t size : shape) sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
  return dtype + "[" + sizes + "]";
}

// conv2d, conv2d_backward_input, conv2d_backward_kernel.
inline std::vector<std::string> convolution_listings(const ConvolutionCase& c, const std::string& dtype) {
  const std::string x = typed(dtype, c.x()), kernel = typed(dtype, c.kernel()), y = typed(dtype, c.y());
  const auto one = [&](const std::string& op, const std::string& a, const std::string& b, const std::string& result) {
    return "program 1\n%0: " + a + " = input {name=\"a\"}\n%1: " + b + " = input {name=\"b\"}\n%2: " + result + " = " + op + " (%0, %1) " +
           c.attributes() + " @layer\nreturn (%2)\n";
  };
  return {one("conv2d", x, kernel, y), one("conv2d_backward_input", kernel, y, x), one("conv2d_backward_kernel", x, y, kernel)};
}

// conv2d with a bias, and ReLU or not; fused where the device can.
inline std::string biased_listing(const ConvolutionCase& c, const std::string& dtype, bool rectified) {
  const std::string y = typed(dtype, c.y());
  return "program 1\n%0: " + typed(dtype, c.x()) + " = input {name=\"x\"}\n%1: " + typed(dtype, c.kernel()) +
         " = variable {index=0, name=\"k\"}\n%2: " + typed(dtype, {c.out}) + " = variable {index=1, name=\"b\"}\n%3: " + y + " = conv2d (%0, %1) " + c.attributes() + "\n%4: " + y +
         " = add (%3, %2)\n" + (rectified ? "%5: " + y + " = relu (%4)\nreturn (%5)\n" : "return (%4)\n");
}

// Strides, dilations, even kernels, uneven padding, groups, depthwise, 1x1, rows and single pixels; channels that suit no vector.
inline std::vector<ConvolutionCase> convolution_cases() {
  std::vector<ConvolutionCase> cases;
  for (const int64_t in : {1, 3, 8})
    for (const int64_t out : {1, 10, 16}) cases.push_back({2, 7, 6, in, out});
  for (const std::string padding : {"\"same\"", "\"valid\"", "[1,2,0,3]"})
    for (const int64_t stride : {1, 2}) {
      const auto add = [&](ConvolutionCase c) {
        c.row_stride = c.column_stride = stride;
        c.padding = padding;
        cases.push_back(c);
      };
      add({2, 9, 7, 5, 6});
      add({.batch = 2, .height = 9, .width = 8, .in = 5, .out = 7, .kernel_height = 4, .kernel_width = 2});
      add({.batch = 1, .height = 10, .width = 11, .in = 4, .out = 6, .dilation = 2});
      add({.batch = 2, .height = 7, .width = 7, .in = 6, .out = 6, .groups = 6});
      add({.batch = 2, .height = 7, .width = 7, .in = 3, .out = 9, .groups = 3});
      add({.batch = 2, .height = 7, .width = 7, .in = 6, .out = 8, .groups = 2});
    }
  cases.push_back({.batch = 3, .height = 5, .width = 5, .in = 8, .out = 4, .kernel_height = 1, .kernel_width = 1});
  cases.push_back({.batch = 3, .height = 5, .width = 6, .in = 4, .out = 4, .row_stride = 1, .column_stride = 3});
  cases.push_back({.batch = 2, .height = 1, .width = 12, .in = 3, .out = 4, .kernel_height = 1, .kernel_width = 5});
  cases.push_back({.batch = 1, .height = 1, .width = 1, .in = 1, .out = 1, .kernel_height = 1, .kernel_width = 1});
  cases.push_back({.batch = 2, .height = 19, .width = 17, .in = 33, .out = 40});
  return cases;
}

}  // namespace laminet::test
