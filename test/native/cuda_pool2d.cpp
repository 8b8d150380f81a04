// Pooling and its gradients on the emulated GPU against the reference kernels: windows that overlap, touch and leave gaps, every padding,
// sizes that windows do not fit, equal maxima, NaN and infinities, every type.
#include <limits>

#include "listing_of.h"
#include "two_programs.h"

namespace laminet::test {
namespace {

struct Pool {
  Shape x;
  std::vector<int64_t> size, strides;
  std::string padding;  // "same", "valid" or a list

  int64_t output(size_t axis) const {
    const int64_t input = x[axis + 1];
    if (padding == "same") return (input + strides[axis] - 1) / strides[axis];
    const int64_t around = padding == "valid" ? 0 : padding[axis * 4 + 1] - '0' + padding[axis * 4 + 3] - '0';
    return input + around < size[axis] ? 0 : (input + around - size[axis]) / strides[axis] + 1;
  }
  Shape y() const { return {x[0], output(0), output(1), x[3]}; }
  std::string attributes() const {
    const std::string pad = padding[0] == '[' ? padding : "\"" + padding + "\"";
    return "poolSize=" + list_text(size) + ", strides=" + list_text(strides) + ", padding=" + pad;
  }
};

// y = max_pool2d (x) and dx from dy.
std::string max_listing(const std::string& dtype, const Pool& pool) {
  const std::string x = type_text(dtype, pool.x), y = type_text(dtype, pool.y());
  const std::string attributes = " {" + pool.attributes() + "}";
  return "program 1\n%0: " + x + " = input {name=\"x\"}\n%1: " + y + " = input {name=\"dy\"}\n%2: " + y + " = max_pool2d (%0)" +
         attributes + "\n%3: " + x + " = max_pool2d_backward (%0, %2, %1)" + attributes + "\nreturn (%2, %3)\n";
}

// Few different numbers, so that maxima are equal, with NaN and infinities among them; gradients whose sums are exact.
std::vector<Bytes> hard_inputs(const Program& program) {
  constexpr double special[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                                -std::numeric_limits<double>::infinity(), -0.0};
  const auto x = [&](int64_t i) { return i % 23 == 5 ? special[i / 23 % 4] : static_cast<double>(i * 7919 % 5) - 2; };
  const auto dy = [](int64_t i) { return static_cast<double>(i * 31 % 15) - 7; };
  return {bytes_of(program.type(0), x), bytes_of(program.type(1), dy)};
}

void compare_pooling(const std::string& dtype, const Pool& pool, double tolerance) {
  const std::string x = type_text(dtype, pool.x), y = type_text(dtype, pool.y()), maximum = max_listing(dtype, pool);
  CHECK_ON_CUDA(maximum, maximum, hard_inputs(parse(maximum)), 0);
  compare(listing_of("avg_pool2d", {x}, {y}, pool.attributes()), tolerance, 1, __FILE__, __LINE__, "cuda");
  compare(listing_of("avg_pool2d_backward", {y}, {x}, pool.attributes()), tolerance, 1, __FILE__, __LINE__, "cuda");
}

const std::vector<std::vector<int64_t>> kWindows{{2, 2, 2, 2}, {3, 3, 2, 2}, {3, 2, 1, 1}, {2, 1, 3, 4}, {1, 1, 1, 1}, {4, 3, 4, 2}};

}  // namespace

TEST(windows_and_paddings) {
  for (const auto& window : kWindows)
    for (const std::string padding : {"same", "valid", "[1,0,0,1]", "[0,2,3,0]"})
      for (const int64_t channels : {3, 8}) {
        const Pool pool{{2, 9, 7, channels}, {window[0], window[1]}, {window[2], window[3]}, padding};
        compare_pooling("f32", pool, 1e-6);
      }
}

TEST(types) {
  for (const auto& window : {kWindows[0], kWindows[1]})
    for (const int64_t channels : {1, 5, 16}) {
      const Pool pool{{3, 6, 5, channels}, {window[0], window[1]}, {window[2], window[3]}, "same"};
      compare_pooling("f64", pool, 1e-14);
      compare_pooling("bf16", pool, 0.01);
      compare_pooling("f16", pool, 0.002);
    }
}

TEST(small_and_empty_images) {
  for (const Shape& x : {Shape{1, 1, 1, 1}, Shape{2, 1, 5, 4}, Shape{2, 3, 1, 3}, Shape{0, 4, 4, 3}, Shape{2, 4, 4, 0}})
    for (const auto& window : kWindows) compare_pooling("f32", {x, {window[0], window[1]}, {window[2], window[3]}, "same"}, 1e-6);
  // Windows larger than the image: no output, and a gradient of zeros.
  compare_pooling("f32", {{2, 2, 3, 4}, {3, 2}, {1, 1}, "valid"}, 0);
  compare_pooling("f32", {{2, 2, 3, 4}, {3, 2}, {3, 2}, "valid"}, 0);
}

TEST(whole_images) { compare_pooling("f32", {{3, 7, 7, 20}, {7, 7}, {7, 7}, "valid"}, 1e-6); }

TEST(windows_of_padding_alone) {
  for (const int64_t stride : {1, 2, 3}) compare_pooling("f32", {{1, 2, 2, 4}, {1, 2}, {1, stride}, "[0,0,4,3]"}, 1e-6);
}

TEST(many_blocks) {
  compare_pooling("f32", {{2, 61, 50, 32}, {2, 2}, {2, 2}, "same"}, 1e-6);
  compare_pooling("f32", {{1, 60, 51, 7}, {3, 3}, {2, 2}, "same"}, 1e-6);
}

}  // namespace laminet::test
