#include "winograd.h"

#include <omp.h>

#include "convolution.h"
#include "cpu/call_work.h"
#include "cpu/kernel_tables.h"
#include "cpu/threads.h"

namespace laminet::cpu {

namespace {

using Tag = dnnl::memory::format_tag;

MemoryDesc blocked(const Dims& dims, Tag tag) { return MemoryDesc(dims, dnnl::memory::data_type::f32, tag); }

bool suits(const Convolution& problem) {
  const auto small = [](int64_t padding) { return padding >= 0 && padding <= 2; };
  const Window& window = problem.window;
  const bool dense = window.strides == Dims{1, 1} && window.dilations == Dims{0, 0};
  return dense && problem.weights.size() == 4 && problem.weights[2] == 3 && problem.weights[3] == 3 && small(window.before[0]) &&
         small(window.before[1]) && small(window.after[0]) && small(window.after[1]);
}

WinogradAxis winograd_axis(const Convolution& problem, size_t axis) {
  return {.input = problem.source[2 + axis], .output = problem.destination[2 + axis], .before = problem.window.before[axis]};
}

// Which tile needs fewer products for the whole result.
int best_tile(const WinogradShape& shape) {
  const auto products = [&](int64_t tile) {
    return (shape.rows.output + tile - 1) / tile * ((shape.columns.output + tile - 1) / tile) * (tile + 2) * (tile + 2);
  };
  return products(3) < products(4) ? 3 : 4;
}

template <typename T>
T* at(void* const* memory, int tensor) {
  return tensor < 0 ? nullptr : static_cast<T*>(memory[tensor]);
}

}  // namespace

std::optional<Winograd> Winograd::of(const Convolution& problem) {
  const Isa isa = best_isa();
  const int64_t block = winograd_kernels(isa, 4).block;
  if (!suits(problem) || problem.source[1] % block != 0 || problem.destination[1] % block != 0) return {};
  Winograd result;
  result.shape_ = {.images = problem.source[0],
                   .channels = problem.source[1],
                   .filters = problem.destination[1],
                   .rows = winograd_axis(problem, 0),
                   .columns = winograd_axis(problem, 1)};
  result.name_ = std::string("winograd:") + (isa == Isa::avx512 ? "avx512" : isa == Isa::avx2 ? "avx2" : "base");
  const Tag image = block == 16 ? Tag::nChw16c : Tag::nChw8c;
  result.source_ = blocked(problem.source, image);
  result.weights_ = blocked(problem.weights, block == 16 ? Tag::OIhw16i16o : Tag::OIhw8i8o);
  result.destination_ = blocked(problem.destination, image);
  return result;
}

namespace {

struct Convolving {
  const WinogradKernels* kernels;
  WinogradShape shape;
  WinogradTensors tensors;
  float slope;
  int threads;

  void run(void* const* memory, void* scratch) const {
    kernels->convolve(shape, at<const float>(memory, tensors.x), at<const float>(memory, tensors.windows),
                      {.bias = at<const float>(memory, tensors.bias), .slope = slope}, at<float>(memory, tensors.y), threads, scratch);
  }
};

class ConvolvingSlices : public SliceWork {
 public:
  explicit ConvolvingSlices(const Convolving& convolving)
      : convolving_(convolving), scratch_bytes_(convolving.kernels->scratch(convolving.shape, convolving.threads)) {}
  size_t scratch_bytes() const override { return scratch_bytes_; }
  void run(const Slice& slice) override { convolving_.run(slice.memory, slice.scratch); }

 private:
  Convolving convolving_;
  size_t scratch_bytes_;
};

}  // namespace

const WinogradKernels& Winograd::kernels(bool backward) const { return winograd_kernels(best_isa(), best_tile(shape(backward))); }

size_t Winograd::scratch_bytes(bool backward) const { return kernels(backward).scratch(shape(backward), omp_get_max_threads()); }

std::unique_ptr<Work> Winograd::transform(int weights, int windows, bool backward) const {
  return call_work([=, kernels = &kernels(backward), shape = shape(backward)](void* const* memory) {
    kernels->transform(shape, at<const float>(memory, weights), backward, at<float>(memory, windows));
  });
}

std::unique_ptr<Work> Winograd::convolution(const WinogradTensors& tensors, bool backward, float slope) const {
  return call_work([convolving = Convolving{&kernels(backward), shape(backward), tensors, slope, omp_get_max_threads()}](void* const* memory) {
    convolving.run(memory, memory[convolving.tensors.scratch]);
  });
}

Slicing Winograd::slicing(const WinogradTensors& tensors, bool backward, float slope) const {
  Slicing slicing{shape_.images, {tensors.x, tensors.y}};
  slicing.make = [convolving = Convolving{&kernels(backward), shape(backward), tensors, slope, 1}](Library&, int64_t images) {
    Convolving slice = convolving;
    slice.shape.images = images;
    return std::make_unique<ConvolvingSlices>(slice);
  };
  return slicing;
}

std::unique_ptr<Work> Winograd::gradient(const WinogradGradientTensors& tensors) const {
  return call_work([tensors, kernels = &kernels(false), shape = shape_](void* const* memory) {
    kernels->backward_weights(shape, at<const float>(memory, tensors.x), at<const float>(memory, tensors.dy),
                              at<float>(memory, tensors.dweights), at<float>(memory, tensors.dbias), memory[tensors.scratch]);
  });
}

}  // namespace laminet::cpu
