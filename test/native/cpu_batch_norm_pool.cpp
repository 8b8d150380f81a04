// [Batch norm, activation, max pooling] as one kernel a direction, against the reference kernels; and where it must not be one.
#include "two_devices.h"

namespace laminet::test {
namespace {

bool has(const std::string& names, const std::string& word) { return names.find(word) != std::string::npos; }

struct Net {
  std::string activation = "relu", attributes = "";  // "": none
  std::string channels = "32", side = "7", pooled = "2";
  std::string pool = "poolSize=[3,3], strides=[3,3], padding=\"valid\"";
  std::string batch = "4";
  bool convolution = true;        // else the image is an input, channels last
  std::string also_returned = "";  // another value that is read elsewhere: %7 normalised, %8 activated, %11 its gradient
};

std::string listing_of(const Net& net) {
  const std::string vector = "f32[" + net.channels + "]", end = "," + net.channels + "]";
  const std::string image = "f32[" + net.batch + "," + net.side + "," + net.side + end;
  const std::string pooled = "f32[" + net.batch + "," + net.pooled + "," + net.pooled + end;
  const std::string x = "f32[" + net.batch + "," + net.side + "," + net.side + ",16]", kernel = "f32[3,3,16" + end;
  const std::string conv = " {strides=[1,1], padding=\"same\", dilations=[1,1], groups=1}\n", pool = " {" + net.pool + "}\n";
  const std::string epsilon = " {epsilon=0.001}\n", attributes = net.attributes.empty() ? "\n" : " {" + net.attributes + "}\n";
  const bool active = !net.activation.empty();
  const std::string normal = active ? "%8" : "%7", gradient = active ? "%11" : "%10";
  std::string lines = "program 1\n%0: " + x + " = input {name=\"x\"}\n%1: " + kernel + " = input {name=\"k\"}\n";
  lines += "%2: " + vector + " = input {name=\"gamma\"}\n%3: " + vector + " = input {name=\"beta\"}\n";
  lines += "%4: " + pooled + " = input {name=\"dy\"}\n%5: " + image + " = input {name=\"other\"}\n";
  lines += "%6: " + image + (net.convolution ? " = conv2d (%0, %1)" + conv : " = identity (%5)\n");
  lines += "%7: " + image + ", %20: " + vector + ", %21: " + vector + " = batch_norm (%6, %2, %3)" + epsilon;
  if (active) lines += "%8: " + image + " = " + net.activation + " (%7)" + attributes;
  lines += "%9: " + pooled + " = max_pool2d (" + normal + ")" + pool;
  lines += "%10: " + image + " = max_pool2d_backward (" + normal + ", %9, %4)" + pool;
  if (active) lines += "%11: " + image + " = " + net.activation + "_backward (%8, %10)" + attributes;
  lines += "%12: " + image + ", %13: " + vector + ", %14: " + vector;
  lines += " = batch_norm_backward (%6, %2, %3, %20, %21, " + gradient + ")" + epsilon;
  lines += net.convolution ? "%15: " + kernel + " = conv2d_backward_kernel (%0, %12)" + conv : "%15: " + image + " = identity (%12)\n";
  return lines + "return (%9, %13, %14, %15, %20, %21" + net.also_returned + ")\n";
}

// Values are numbered in order of definition.
std::string numbered(const std::string& listing) {
  std::string result;
  std::vector<std::string> names;
  for (size_t at = 0; at < listing.size();) {
    size_t end = at + 1;
    if (listing[at] == '%') {
      while (end < listing.size() && std::isdigit(listing[end])) ++end;
      const std::string name = listing.substr(at, end - at);
      const auto found = std::find(names.begin(), names.end(), name);
      result += "%" + std::to_string(found - names.begin());
      if (found == names.end()) names.push_back(name);
    } else {
      result += listing[at];
    }
    at = end;
  }
  return result;
}

std::string names_of(const Net& net) { return COMPARE(numbered(listing_of(net))); }

bool is_one_kernel(const std::string& names) { return has(names, "max_pool2d_backward+"); }

}  // namespace

TEST(one_kernel_a_direction) {
  const std::string relu = names_of({});
  CHECK(has(relu, "batch_norm+relu+max_pool2d ["));
  CHECK(has(relu, "max_pool2d_backward+relu_backward+batch_norm_backward ["));
  const std::string leaky = names_of({.activation = "leaky_relu", .attributes = "alpha=0.3"});
  CHECK(has(leaky, "batch_norm+leaky_relu+max_pool2d ["));
  CHECK(has(leaky, "max_pool2d_backward+leaky_relu_backward+batch_norm_backward ["));
  const std::string none = names_of({.activation = ""});
  CHECK(has(none, "batch_norm+max_pool2d ["));
  CHECK(has(none, "max_pool2d_backward+batch_norm_backward ["));
}

TEST(every_layout_window_and_batch) {
  for (const bool convolution : {true, false})
    for (const std::string channels : {"32", "16", "24", "20", "3", "1"})
      for (const std::string batch : {"1", "5"}) {
        const Net net{.channels = channels, .batch = batch, .convolution = convolution};
        CHECK(is_one_kernel(names_of(net)));
        Net other = net;
        other.pooled = "3", other.pool = "poolSize=[2,2], strides=[2,2], padding=\"valid\"";
        CHECK(is_one_kernel(names_of(other)));
        other.pool = "poolSize=[3,3], strides=[3,3], padding=\"same\"";
        CHECK(is_one_kernel(names_of(other)));
        other.pool = "poolSize=[1,2], strides=[3,3], padding=[0,1,1,1]";
        CHECK(is_one_kernel(names_of(other)));
        other.pooled = "1", other.pool = "poolSize=[7,7], strides=[7,7], padding=\"valid\"";
        CHECK(is_one_kernel(names_of(other)));
      }
}

TEST(windows_that_overlap_or_are_empty_are_left_alone) {
  CHECK(!is_one_kernel(names_of({.pooled = "3", .pool = "poolSize=[3,3], strides=[2,2], padding=\"valid\""})));
  CHECK(!is_one_kernel(names_of({.pooled = "5", .pool = "poolSize=[2,2], strides=[2,2], padding=[2,1,2,1]"})));
}

TEST(what_somebody_else_reads_is_made) {
  for (const std::string value : {", %7", ", %8", ", %10", ", %11"}) CHECK(!is_one_kernel(names_of({.also_returned = value})));
  for (const std::string value : {", %9", ", %12", ", %6"}) CHECK(is_one_kernel(names_of({.also_returned = value})));
}

}  // namespace laminet::test
