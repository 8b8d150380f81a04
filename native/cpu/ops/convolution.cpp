#include "convolution.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <sstream>

#include "cpu/cache.h"
#include "runtime/geometry.h"

namespace laminet::cpu {

namespace {

constexpr double kTimedOperations = 0.3e9;

std::string dims_text(const Dims& dims) {
  std::ostringstream text;
  for (size_t axis = 0; axis < dims.size(); ++axis) text << (axis == 0 ? "" : "x") << dims[axis];
  return text.str();
}

bool negative(const Dims& dims) {
  return std::any_of(dims.begin(), dims.end(), [](int64_t dim) { return dim < 0; });
}

bool empty(const Dims& dims) {
  return std::any_of(dims.begin(), dims.end(), [](int64_t dim) { return dim <= 0; });
}

size_t image_bytes(const Dims& dims) { return static_cast<size_t>(dims[1] * dims[2] * dims[3]) * sizeof(float); }

}  // namespace

Convolution Convolution::from(const Instruction& instruction, const Shape& x, const Shape& kernel, const Shape& y) {
  const WindowGeometry geometry = conv_geometry(instruction, x, kernel);
  const int64_t groups = static_cast<int64_t>(instruction.number("groups", 1));
  Convolution result;
  result.source = library_dims(x, kImageAxes);
  result.destination = library_dims(y, kImageAxes);
  if (groups == 1) {
    result.kernel = kernel;
    result.kernel_axes = kKernelAxes;
  } else {
    result.kernel = {kernel[0], kernel[1], kernel[2], groups, kernel[3] / groups};
    result.kernel_axes = kGroupedKernelAxes;
  }
  result.weights = library_dims(result.kernel, result.kernel_axes);
  result.window.strides = {geometry.rows.stride, geometry.columns.stride};
  result.window.dilations = {geometry.rows.dilation - 1, geometry.columns.dilation - 1};
  result.window.before = {geometry.rows.before, geometry.columns.before};
  result.window.after = {geometry.rows.after, geometry.columns.after};
  return result;
}

std::string Convolution::refusal(const ClaimGraph& graph, const Instruction& instruction) const {
  if (!graph.is_f32(instruction.results.front())) return "oneDNN convolves float32 only";
  if (empty(source) || empty(weights) || empty(destination)) return "a tensor without elements";
  if (negative(window.before) || negative(window.after)) return "negative padding";
  return {};
}

bool Convolution::suits_winograd() const {
  const bool dense = window.strides == Dims{1, 1} && window.dilations == Dims{0, 0};
  return weights.size() == 4 && dense && weights[2] == 3 && weights[3] == 3 && weights[0] % 16 == 0 && weights[1] % 16 == 0;
}

int64_t Convolution::elements() const { return std::accumulate(weights.begin(), weights.end(), int64_t{1}, std::multiplies<>()); }

int64_t Convolution::images_of(double most) const {
  const double operations = 2.0 * static_cast<double>(source[0] * destination[2] * destination[3] * elements());
  const int64_t brief = static_cast<int64_t>(static_cast<double>(source[0]) * most / operations) / 4 * 4;
  return std::min(source[0], std::max<int64_t>(brief, 4));
}

Convolution Convolution::timed() const {
  const size_t weight_bytes = static_cast<size_t>(elements()) * sizeof(float);
  const int64_t slice = slice_images(source[0], image_bytes(source) + image_bytes(destination), weight_bytes);
  const int64_t images = images_of(kTimedOperations);
  return with_batch(slice > 0 ? std::min(images, slice) : images);
}

Convolution Convolution::timed_for_winograd(int64_t times) const {
  return with_batch(std::min(source[0], times * timed().source[0]));
}

Convolution Convolution::with_batch(int64_t images) const {
  Convolution result = *this;
  result.source[0] = result.destination[0] = images;
  return result;
}

std::string Convolution::key() const {
  return dims_text(source) + " " + dims_text(weights) + " " + dims_text(destination) + " s" + dims_text(window.strides) + " d" +
         dims_text(window.dilations) + " p" + dims_text(window.before);
}

int add_windows(Lowering& lowering, const Convolution& convolution, const Winograd& winograd, int weights, bool backward) {
  const Layout layout = convolution.kernel_layout(winograd.weights());
  const int from = lowering.use(weights, layout), windows = lowering.scratch(winograd.windows_bytes(backward), "windows");
  lowering.add_preparation("transform", {from}, {windows}, winograd.transform(from, windows, backward), layout.text());
  return windows;
}

void add_unblocking_trial(Trials& trials, Library& library, const MemoryDesc& image) {
  const Dims dims = dims_of(image);
  if (dims[1] < 16 || !blocking_of(image).inner_blocks.empty()) return;
  add_reorder_trial(trials, library, MemoryDesc(dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::nChw16c), image);
}

}  // namespace laminet::cpu
