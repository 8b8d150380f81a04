// conv2d_backward_kernel: the gradient of the weights, and with it the bias's, which is a sum over the same gradient.
#include <cstring>

#include "bias_gradient.h"
#include "convolution.h"
#include "cpu/primitive.h"

namespace laminet::cpu {

namespace {

using Desc = dnnl::convolution_backward_weights::primitive_desc;

size_t floats(const MemoryDesc& desc) { return desc.get_size() / sizeof(float); }

// A slice's gradients of weights and bias, one after the other.
size_t gradient_bytes(const Desc& desc) { return desc.diff_weights_desc().get_size() + desc.diff_bias_desc().get_size(); }

std::vector<int> tensors_of(const std::vector<Argument>& arguments) {
  std::vector<int> tensors;
  for (const Argument& argument : arguments) tensors.push_back(argument.tensor);
  return tensors;
}

// result = the sum over portions of the batch of `count` floats behind the first `offset` of their sums.
void add_up(std::span<void* const> sums, size_t offset, size_t count, float* result) {
  std::memcpy(result, static_cast<const float*>(sums.front()) + offset, count * sizeof(float));
  for (void* const more : sums.subspan(1)) {
    const float* part = static_cast<const float*>(more) + offset;
    for (size_t index = 0; index < count; ++index) result[index] += part[index];
  }
}

// The first slice of a portion writes its sums, the others add to them.
class WeightGradientSlices : public SliceWork {
 public:
  WeightGradientSlices(Library& library, const Desc& desc, int x, int gradient)
      : primitive_(library, dnnl::convolution_backward_weights(desc)), x_(x), gradient_(gradient), bytes_(gradient_bytes(desc)),
        weights_bytes_(desc.diff_weights_desc().get_size()), scratchpad_(desc.scratchpad_desc().get_size() > 0),
        bias_(desc.diff_bias_desc().get_size() > 0), scratch_bytes_(bytes_ + desc.scratchpad_desc().get_size()) {
    primitive_.add(DNNL_ARG_SRC, desc.src_desc());
    primitive_.add(DNNL_ARG_DIFF_DST, desc.diff_dst_desc());
    primitive_.add(DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc());
    if (bias_) primitive_.add(DNNL_ARG_DIFF_BIAS, desc.diff_bias_desc());
    if (scratchpad_) primitive_.add(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc());
  }
  size_t scratch_bytes() const override { return scratch_bytes_; }

  void run(const Slice& slice) override {
    char* target = static_cast<char*>(slice.first ? slice.sums : slice.scratch);
    size_t argument = 0;
    primitive_.bind(argument++, slice.memory[x_]);
    primitive_.bind(argument++, slice.memory[gradient_]);
    primitive_.bind(argument++, target);
    if (bias_) primitive_.bind(argument++, target + weights_bytes_);
    if (scratchpad_) primitive_.bind(argument, static_cast<char*>(slice.scratch) + bytes_);
    primitive_.execute();
    if (slice.first) return;
    float* sums = static_cast<float*>(slice.sums);
    const float* more = static_cast<const float*>(slice.scratch);
    for (size_t index = 0; index < bytes_ / sizeof(float); ++index) sums[index] += more[index];
  }

 private:
  BoundPrimitive primitive_;
  int x_, gradient_;
  size_t bytes_, weights_bytes_;
  bool scratchpad_, bias_;
  size_t scratch_bytes_;
};

class ConvolutionBackwardKernel : public Kernel {
 public:
  Convolution convolution;
  int bias_gradient = -1;
  int weights = -1;  // whose gradient this is, as far as known

  Made<Desc> make(Library& library, const Convolution& problem, dnnl::algorithm algorithm, const MemoryDesc& weights_desc) const {
    return make(library, problem, algorithm, any_desc(problem.source), weights_desc, any_desc(problem.destination));
  }
  Made<Desc> make(Library& library, const Convolution& problem, dnnl::algorithm algorithm, const MemoryDesc& source,
                  const MemoryDesc& weights_desc, const MemoryDesc& result) const {
    const MemoryDesc any = any_desc(problem.weights);
    const MemoryDesc bias = bias_gradient >= 0 ? problem.bias() : MemoryDesc();
    const auto forward = convolution_forward_desc(library.engine, algorithm, source, any, bias, result, problem.window, attributes());
    if (!forward) return {};
    return {convolution_backward_weights_desc(library.engine, algorithm, source, weights_desc, bias, result, problem.window, forward,
                                              attributes()),
            forward};
  }

  Implementation<Desc> chosen(Library& library) const {
    return choose<Desc>(
        bias_gradient >= 0 ? "conv2d_backward_kernel bias" : "conv2d_backward_kernel", convolution, convolution.timed_for_winograd(4),
        [&](const Convolution& problem, dnnl::algorithm algorithm) { return make(library, problem, algorithm, any_desc(problem.weights)); },
        descs,
        [&](const Desc& desc, const Convolution&) {
          TimedArguments arguments{{DNNL_ARG_SRC, desc.src_desc()},
                                   {DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc()},
                                   {DNNL_ARG_DIFF_DST, desc.diff_dst_desc()}};
          if (bias_gradient >= 0) arguments.emplace_back(DNNL_ARG_DIFF_BIAS, desc.diff_bias_desc());
          Trials trials;
          add_primitive_trial(trials, library, dnnl::convolution_backward_weights(desc), desc, arguments);
          for (const MemoryDesc& image : {desc.src_desc(), desc.diff_dst_desc()}) add_unblocking_trial(trials, library, image);
          return trials;
        },
        [&](const Winograd& winograd, const Shares& shares) {
          Trials trials;
          trials.emplace_back(winograd.gradient({.x = 0, .dy = 1, .dweights = 2, .dbias = bias_gradient < 0 ? -1 : 3, .scratch = 4}),
                              std::vector{winograd.source().get_size(), winograd.destination().get_size(), winograd.weights().get_size(),
                                          convolution.bias().get_size(), winograd.gradient_scratch_bytes()},
                              shares.images);
          return trials;
        });
  }

  // Written in the layout in which the weights live, where the library has fast code for that: the optimizer reads both.
  Desc adapted(Lowering& lowering, const Desc& desc) const {
    if (weights < 0) return desc;
    const Layout& there = lowering.layout(weights);
    if (there == convolution.kernel_layout(desc.diff_weights_desc()) || there.dims() != convolution.kernel) return desc;
    const Desc other =
        make(lowering.library, convolution, dnnl::algorithm::convolution_direct, there.library(convolution.kernel_axes)).desc;
    const bool blocked = other && acceptable(other.impl_info_str(), {other.src_desc(), other.diff_dst_desc()});
    return blocked && std::string(other.impl_info_str()).find("gemm") == std::string::npos ? other : desc;
  }

  void lower(Lowering& lowering) const override {
    const Implementation<Desc> implementation = chosen(lowering.library);
    if (implementation.winograd) return lower(lowering, *implementation.winograd);
    const Desc desc = adapted(lowering, implementation.desc);
    const int x = operands[0], gradient = operands[1];
    const Layout x_layout = image_layout(desc.src_desc()), dy = image_layout(desc.diff_dst_desc());
    const Layout kernel = convolution.kernel_layout(desc.diff_weights_desc());
    const std::vector<Argument> reads{{DNNL_ARG_SRC, lowering.use(x, x_layout), desc.src_desc()},
                                      {DNNL_ARG_DIFF_DST, lowering.use(gradient, dy), desc.diff_dst_desc()}};
    std::vector<Argument> writes{{DNNL_ARG_DIFF_WEIGHTS, lowering.define(results.front(), kernel), desc.diff_weights_desc()}};
    if (bias_gradient >= 0) writes.push_back({DNNL_ARG_DIFF_BIAS, lowering.define_plain(bias_gradient), desc.diff_bias_desc()});
    lowering.add_primitive(dnnl::convolution_backward_weights(desc), desc, reads, writes,
                           x_layout.text() + ", " + dy.text() + " -> " + kernel.text());
    // Winograd's transforms of the weights cost as much for a slice as for the whole batch.
    if (std::string(desc.impl_info_str()).find("wino") == std::string::npos) lowering.slice(slicing(desc, reads, writes));
  }

 private:
  static std::vector<MemoryDesc> descs(const Desc& desc) { return {desc.src_desc(), desc.diff_weights_desc(), desc.diff_dst_desc()}; }

  Slicing slicing(const Desc& whole, const std::vector<Argument>& reads, const std::vector<Argument>& writes) const {
    Slicing slicing{convolution.source[0], {reads[0].tensor, reads[1].tensor}};
    slicing.make = [self = *this, whole, reads](Library& library, int64_t images) -> std::unique_ptr<SliceWork> {
      const Desc desc = like(whole, options<Desc>(
          [&](dnnl::algorithm algorithm) {
            return self.make(library, self.convolution.with_batch(images), algorithm, cut(whole.src_desc(), images),
                             whole.diff_weights_desc(), cut(whole.diff_dst_desc(), images));
          },
          descs));
      if (!desc) return nullptr;
      return std::make_unique<WeightGradientSlices>(library, desc, reads[0].tensor, reads[1].tensor);
    };
    slicing.sums_bytes = gradient_bytes(whole);
    slicing.finish = [weights = floats(whole.diff_weights_desc()), bias = floats(whole.diff_bias_desc()), tensors = tensors_of(writes)](
                         void* const* memory, std::span<void* const> sums) {
      add_up(sums, 0, weights, static_cast<float*>(memory[tensors.front()]));
      if (bias > 0) add_up(sums, weights, bias, static_cast<float*>(memory[tensors.back()]));
    };
    return slicing;
  }

  void lower(Lowering& lowering, const Winograd& winograd) const {
    const Layout x = image_layout(winograd.source()), dy = image_layout(winograd.destination());
    const Layout kernel = convolution.kernel_layout(winograd.weights());
    WinogradGradientTensors tensors{.x = lowering.use(operands[0], x), .dy = lowering.use(operands[1], dy)};
    tensors.dweights = lowering.define(results.front(), kernel);
    tensors.scratch = lowering.scratch(winograd.gradient_scratch_bytes());
    std::vector<int> writes{tensors.dweights, tensors.scratch};
    if (bias_gradient >= 0) writes.push_back(tensors.dbias = lowering.define_plain(bias_gradient));
    lowering.add({tensors.x, tensors.dy}, writes, winograd.gradient(tensors),
                 winograd.name() + ", " + x.text() + ", " + dy.text() + " -> " + kernel.text());
  }
};

// The kernel of the convolution that this is the backward pass of.
int weights_of(const ClaimGraph& graph, const Instruction& backward) {
  for (int reader : graph.readers(backward.operands[0])) {
    const Instruction& forward = graph.instruction(reader);
    if (forward.op == "conv2d" && forward.operands[0] == backward.operands[0] && forward.attributes == backward.attributes &&
        graph.shape(forward.operands[1]) == graph.shape(backward.results.front()))
      return forward.operands[1];
  }
  return -1;
}

KernelPtr claim(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  const int x = instruction.operands[0], dy = instruction.operands[1], result = instruction.results.front();
  auto kernel = std::make_unique<ConvolutionBackwardKernel>();
  kernel->convolution = Convolution::from(instruction, graph.shape(x), graph.shape(result), graph.shape(dy));
  *refusal = kernel->convolution.refusal(graph, instruction);
  if (!refusal->empty()) return nullptr;
  kernel->weights = weights_of(graph, instruction);
  kernel->instructions = {index};
  kernel->operands = {x, dy};
  kernel->results = {result};
  if (const int sum = bias_gradient(graph, dy); sum >= 0) {
    kernel->instructions.push_back(sum);
    kernel->bias_gradient = graph.instruction(sum).results.front();
    kernel->results.push_back(kernel->bias_gradient);
  }
  if (!kernel->chosen(graph.library)) {
    *refusal = "oneDNN has no fast implementation";
    return nullptr;
  }
  return kernel;
}

const Candidate conv2d_backward_kernel{"conv2d_backward_kernel", Pass::fusing, claim};

}  // namespace

}  // namespace laminet::cpu
