// The convolution ops of the cuda backend on the emulated device against the reference kernels: by plans of cuDNN, by own kernels where
// cuDNN has none, with epilogues in one and in two steps, and on tensors without elements.
#include <cstdlib>

#include "convolution_listings.h"
#include "two_devices.h"

namespace laminet::test {
namespace {

// What cuDNN refuses while this lives: graphs whose name contains it ("convolution_forward+add+relu").
class Unsupported {
 public:
  explicit Unsupported(const char* graphs) { setenv("EMULATED_CUDNN_UNSUPPORTED", graphs, 1); }
  ~Unsupported() { unsetenv("EMULATED_CUDNN_UNSUPPORTED"); }
};

double tolerance(const std::string& dtype) {
  if (dtype == "bf16") return 1e-2;
  if (dtype == "f16") return 2e-3;
  return dtype == "f64" ? 1e-13 : 2e-5;
}

std::string compare_on_cuda(const std::string& listing, const std::string& dtype, int line) {
  return compare(listing, tolerance(dtype), 1, __FILE__, line, "cuda");
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Every direction, by kernels whose detail contains `way`.
void compare_directions(const ConvolutionCase& c, const std::string& dtype, const std::string& way, int line) {
  for (const std::string& listing : convolution_listings(c, dtype)) {
    const std::string names = compare_on_cuda(listing, dtype, line);
    if (!has(names, way)) fail(__FILE__, line, "by " + names + " instead of " + way + ":\n" + listing);
  }
}

const ConvolutionCase kSmall{2, 6, 5, 3, 4};

}  // namespace

TEST(plans_convolve) {
  for (const ConvolutionCase& c : convolution_cases()) compare_directions(c, "f32", "cuDNN engine", __LINE__);
}

TEST(plans_convolve_other_types) {
  for (const std::string dtype : {"f64", "bf16", "f16"})
    for (const ConvolutionCase& c :
         {kSmall,
          ConvolutionCase{.batch = 2, .height = 9, .width = 8, .in = 6, .out = 6, .row_stride = 2, .column_stride = 2, .groups = 6},
          ConvolutionCase{.batch = 2, .height = 9, .width = 7, .in = 8, .out = 8, .padding = "[1,2,0,3]"}})
      compare_directions(c, dtype, "cuDNN engine", __LINE__);
}

TEST(own_kernels_convolve_what_has_no_plan) {
  const Unsupported all("convolution");
  for (const ConvolutionCase& c : convolution_cases()) compare_directions(c, "f32", "direct", __LINE__);
}

TEST(own_kernels_convolve_other_types) {
  const Unsupported all("convolution");
  for (const std::string dtype : {"f64", "bf16", "f16"})
    for (const ConvolutionCase& c :
         {kSmall,
          ConvolutionCase{.batch = 2, .height = 9, .width = 8, .in = 5, .out = 7, .kernel_height = 4, .row_stride = 2, .dilation = 2},
          ConvolutionCase{.batch = 3, .height = 7, .width = 7, .in = 6, .out = 12, .groups = 6, .padding = "[1,2,0,3]"}})
      compare_directions(c, dtype, "direct", __LINE__);
}

TEST(bias_and_relu_are_part_of_a_plan) {
  for (const std::string dtype : {"f32", "f64", "bf16", "f16"}) {
    CHECK(has(compare_on_cuda(biased_listing(kSmall, dtype, true), dtype, __LINE__), "conv2d+bias+relu [cuDNN engine"));
    CHECK(has(compare_on_cuda(biased_listing(kSmall, dtype, false), dtype, __LINE__), "conv2d+bias [cuDNN engine"));
  }
}

TEST(bias_and_relu_follow_a_plan_that_cannot_take_them) {
  const Unsupported fused("convolution_forward+");
  for (const std::string dtype : {"f32", "f64", "bf16", "f16"})
    for (const int64_t out : {1, 5, 16}) {
      const ConvolutionCase c{2, 6, 5, 3, out};
      const std::string rectified = compare_on_cuda(biased_listing(c, dtype, true), dtype, __LINE__);
      CHECK(has(rectified, "conv2d [cuDNN engine") && has(rectified, "bias+relu ["));
      const std::string plain = compare_on_cuda(biased_listing(c, dtype, false), dtype, __LINE__);
      CHECK(has(plain, "conv2d [cuDNN engine") && has(plain, "bias [") && !has(plain, "relu"));
    }
}

TEST(bias_and_relu_are_part_of_the_own_kernel) {
  const Unsupported all("convolution");
  for (const std::string dtype : {"f32", "f64", "bf16", "f16"})
    for (const bool rectified : {false, true})
      CHECK(has(compare_on_cuda(biased_listing(kSmall, dtype, rectified), dtype, __LINE__), "[direct]"));
}

TEST(tensors_without_elements) {
  const ConvolutionCase cases[] = {{0, 6, 5, 3, 4},                                                  // no images: a gradient of zeros
                                   {.batch = 2, .height = 2, .width = 2, .in = 3, .out = 4, .padding = "\"valid\""},  // no positions
                                   {2, 6, 5, 0, 4},                                                  // no inputs: zeros
                                   {2, 6, 5, 3, 0}};
  for (const ConvolutionCase& c : cases) {
    compare_directions(c, "f32", "direct", __LINE__);
    compare_on_cuda(biased_listing(c, "f32", true), "f32", __LINE__);
  }
}

}  // namespace laminet::test
