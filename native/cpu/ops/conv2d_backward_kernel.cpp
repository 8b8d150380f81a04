// conv2d_backward_kernel: the gradient of the weights, and with it the bias's, which is a sum over the same gradient.
#include "bias_gradient.h"
#include "convolution.h"

namespace laminet::cpu {

namespace {

using Desc = dnnl::convolution_backward_weights::primitive_desc;

class ConvolutionBackwardKernel : public Kernel {
 public:
  Convolution convolution;
  int bias_gradient = -1;
  int weights = -1;  // whose gradient this is, as far as known

  Made<Desc> make(Library& library, const Convolution& problem, dnnl::algorithm algorithm, const MemoryDesc& weights_desc) const {
    const MemoryDesc source = any_desc(problem.source), any = any_desc(problem.weights), result = any_desc(problem.destination);
    const MemoryDesc bias = bias_gradient >= 0 ? problem.bias() : MemoryDesc();
    const auto forward = convolution_forward_desc(library.engine, algorithm, source, any, bias, result, problem.window, attributes());
    if (!forward) return {};
    return {convolution_backward_weights_desc(library.engine, algorithm, source, weights_desc, bias, result, problem.window, forward,
                                              attributes()),
            forward};
  }

  Desc chosen(Library& library) const {
    return choose<Desc>(
        library, bias_gradient >= 0 ? "conv2d_backward_kernel bias" : "conv2d_backward_kernel", convolution,
        [&](const Convolution& problem, dnnl::algorithm algorithm) { return make(library, problem, algorithm, any_desc(problem.weights)); },
        [](const Desc& desc) { return std::vector<MemoryDesc>{desc.src_desc(), desc.diff_weights_desc(), desc.diff_dst_desc()}; },
        [&](const Desc& desc, const Convolution&) {
          TimedArguments arguments{{DNNL_ARG_SRC, desc.src_desc()},
                                   {DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc()},
                                   {DNNL_ARG_DIFF_DST, desc.diff_dst_desc()}};
          if (bias_gradient >= 0) arguments.emplace_back(DNNL_ARG_DIFF_BIAS, desc.diff_bias_desc());
          Trials trials;
          trials.emplace_back(library, dnnl::convolution_backward_weights(desc), desc, arguments);
          for (const MemoryDesc& image : {desc.src_desc(), desc.diff_dst_desc()}) add_unblocking_trial(trials, library, image);
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
    const Desc desc = adapted(lowering, chosen(lowering.library));
    const int x = operands[0], gradient = operands[1];
    const Layout x_layout = image_layout(desc.src_desc()), dy = image_layout(desc.diff_dst_desc());
    const Layout kernel = convolution.kernel_layout(desc.diff_weights_desc());
    const std::vector<Argument> reads{{DNNL_ARG_SRC, lowering.use(x, x_layout), desc.src_desc()},
                                      {DNNL_ARG_DIFF_DST, lowering.use(gradient, dy), desc.diff_dst_desc()}};
    std::vector<Argument> writes{{DNNL_ARG_DIFF_WEIGHTS, lowering.define(results.front(), kernel), desc.diff_weights_desc()}};
    if (bias_gradient >= 0) writes.push_back({DNNL_ARG_DIFF_BIAS, lowering.define_plain(bias_gradient), desc.diff_bias_desc()});
    lowering.add_primitive(dnnl::convolution_backward_weights(desc), desc, reads, writes,
                           x_layout.text() + ", " + dy.text() + " -> " + kernel.text());
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
