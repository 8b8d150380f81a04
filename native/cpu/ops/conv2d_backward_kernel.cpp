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

  Desc chosen(Library& library) const {
    return choose<Desc>(
        library, bias_gradient >= 0 ? "conv2d_backward_kernel bias" : "conv2d_backward_kernel", convolution,
        [&](const Convolution& problem, dnnl::algorithm algorithm) -> Desc {
          const MemoryDesc source = any_desc(problem.source), weights = any_desc(problem.weights), result = any_desc(problem.destination);
          const MemoryDesc bias = bias_gradient >= 0 ? problem.bias() : MemoryDesc();
          const auto forward = convolution_forward_desc(library.engine, algorithm, source, weights, bias, result, problem.window, attributes());
          if (!forward) return {};
          return convolution_backward_weights_desc(library.engine, algorithm, source, weights, bias, result, problem.window, forward,
                                                   attributes());
        },
        [](const Desc& desc) { return std::vector<MemoryDesc>{desc.src_desc(), desc.diff_weights_desc(), desc.diff_dst_desc()}; },
        [&](const Desc& desc, const Convolution&) {
          TimedArguments arguments{{DNNL_ARG_SRC, desc.src_desc()},
                                   {DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc()},
                                   {DNNL_ARG_DIFF_DST, desc.diff_dst_desc()}};
          if (bias_gradient >= 0) arguments.emplace_back(DNNL_ARG_DIFF_BIAS, desc.diff_bias_desc());
          return time_primitive(library, dnnl::convolution_backward_weights(desc), desc, arguments) +
                 leaving_blocked(library, desc.src_desc()) + leaving_blocked(library, desc.diff_dst_desc());
        });
  }

  void lower(Lowering& lowering) const override {
    const Desc desc = chosen(lowering.library);
    const int x = operands[0], gradient = operands[1];
    const Layout x_layout = image_layout(desc.src_desc()), dy = image_layout(desc.diff_dst_desc());
    const Layout weights = convolution.kernel_layout(desc.diff_weights_desc());
    const std::vector<Argument> reads{{DNNL_ARG_SRC, lowering.use(x, x_layout), desc.src_desc()},
                                      {DNNL_ARG_DIFF_DST, lowering.use(gradient, dy), desc.diff_dst_desc()}};
    std::vector<Argument> writes{{DNNL_ARG_DIFF_WEIGHTS, lowering.define(results.front(), weights), desc.diff_weights_desc()}};
    if (bias_gradient >= 0) writes.push_back({DNNL_ARG_DIFF_BIAS, lowering.define_plain(bias_gradient), desc.diff_bias_desc()});
    lowering.add_primitive(dnnl::convolution_backward_weights(desc), desc, reads, writes,
                           x_layout.text() + ", " + dy.text() + " -> " + weights.text());
  }
};

KernelPtr claim(const Graph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  const int x = instruction.operands[0], dy = instruction.operands[1], result = instruction.results.front();
  auto kernel = std::make_unique<ConvolutionBackwardKernel>();
  kernel->convolution = Convolution::from(instruction, graph.shape(x), graph.shape(result), graph.shape(dy));
  *refusal = kernel->convolution.refusal(graph, instruction);
  if (!refusal->empty()) return nullptr;
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

const Candidate conv2d_backward_kernel{"conv2d_backward_kernel", 0, claim};

}  // namespace

}  // namespace laminet::cpu
