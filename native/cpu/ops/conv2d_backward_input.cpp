// conv2d_backward_input: the gradient of the image. It wants its own arrangement of the weights; forcing another one on the library
// selects plain loops.
#include "convolution.h"
#include "cpu/primitive.h"

namespace laminet::cpu {

namespace {

using Desc = dnnl::convolution_backward_data::primitive_desc;

class ConvolutionBackwardInput : public Kernel {
 public:
  Convolution convolution;

  Implementation<Desc> chosen(Library& library) const {
    return choose<Desc>(
        "conv2d_backward_input", convolution, convolution.timed_for_winograd(2),
        [&](const Convolution& problem, dnnl::algorithm algorithm) {
          return make(library, problem, algorithm, any_desc(problem.source), any_desc(problem.weights), any_desc(problem.destination));
        },
        descs,
        [&](const Desc& desc, const Convolution& problem) { return trials_of(library, desc, problem); },
        [](const Winograd& winograd, const Shares& shares) {
          const size_t windows = winograd.windows_bytes(true);
          Trials trials;
          trials.emplace_back(winograd.transform(0, 1, true), std::vector{winograd.weights().get_size(), windows}, shares.once);
          trials.emplace_back(winograd.convolution({.x = 0, .windows = 1, .y = 2, .scratch = 3}, true),
                              std::vector{winograd.destination().get_size(), windows, winograd.source().get_size(),
                                          winograd.scratch_bytes(true)},
                              shares.images);
          return trials;
        });
  }

  void lower(Lowering& lowering) const override {
    const Implementation<Desc> implementation = chosen(lowering.library);
    if (implementation.winograd) return lower(lowering, *implementation.winograd);
    const Desc& desc = implementation.desc;
    const int weights = operands[0], gradient = operands[1];
    const Layout dy = image_layout(desc.diff_dst_desc()), dx = image_layout(desc.diff_src_desc());
    const std::vector<Argument> reads{
        {DNNL_ARG_DIFF_DST, lowering.use(gradient, dy), desc.diff_dst_desc()},
        {DNNL_ARG_WEIGHTS, lowering.use(weights, convolution.kernel_layout(desc.weights_desc())), desc.weights_desc()}};
    const int result = lowering.define(results.front(), dx);
    lowering.add_primitive(dnnl::convolution_backward_data(desc), desc, reads, {{DNNL_ARG_DIFF_SRC, result, desc.diff_src_desc()}},
                           dy.text() + " -> " + dx.text());
    lowering.slice({convolution.source[0], {reads[0].tensor, result}, slices(desc, reads, result)});
  }

 private:
  void lower(Lowering& lowering, const Winograd& winograd) const {
    const Layout dy = image_layout(winograd.destination()), dx = image_layout(winograd.source());
    WinogradTensors tensors{.x = lowering.use(operands[1], dy),
                            .windows = add_windows(lowering, convolution, winograd, operands[0], true)};
    tensors.y = lowering.define(results.front(), dx);
    tensors.scratch = lowering.scratch(winograd.scratch_bytes(true));
    lowering.add({tensors.x, tensors.windows}, {tensors.y, tensors.scratch}, winograd.convolution(tensors, true),
                 winograd.name() + ", " + dy.text() + " -> " + dx.text());
    lowering.slice(winograd.slicing(tensors, true));
  }

  static Made<Desc> make(Library& library, const Convolution& problem, dnnl::algorithm algorithm, const MemoryDesc& source,
                         const MemoryDesc& weights, const MemoryDesc& result) {
    const auto forward =
        convolution_forward_desc(library.engine, algorithm, source, weights, MemoryDesc(), result, problem.window, attributes());
    if (!forward) return {};
    return {convolution_backward_data_desc(library.engine, algorithm, source, weights, result, problem.window, forward, attributes()), forward};
  }

  static std::vector<MemoryDesc> descs(const Desc& desc) { return {desc.diff_src_desc(), desc.weights_desc(), desc.diff_dst_desc()}; }

  std::function<std::unique_ptr<SliceWork>(Library&, int64_t)> slices(const Desc& whole, const std::vector<Argument>& reads, int result) const {
    return [problem = convolution, whole, reads, result](Library& library, int64_t images) -> std::unique_ptr<SliceWork> {
      const Desc desc = like(whole, options<Desc>(
          [&](dnnl::algorithm algorithm) {
            return make(library, problem.with_batch(images), algorithm, cut(whole.diff_src_desc(), images), whole.weights_desc(),
                        cut(whole.diff_dst_desc(), images));
          },
          descs));
      if (!desc) return nullptr;
      std::vector<Argument> arguments = reads;
      arguments[0].desc = desc.diff_dst_desc();
      arguments.push_back({DNNL_ARG_DIFF_SRC, result, desc.diff_src_desc()});
      return std::make_unique<PrimitiveSliceWork>(library, dnnl::convolution_backward_data(desc), desc, arguments);
    };
  }

  static Trials trials_of(Library& library, const Desc& desc, const Convolution& problem) {
    const TimedArguments arguments{
        {DNNL_ARG_DIFF_SRC, desc.diff_src_desc()}, {DNNL_ARG_WEIGHTS, desc.weights_desc()}, {DNNL_ARG_DIFF_DST, desc.diff_dst_desc()}};
    // The forward convolution's weights, which live in its layout.
    const auto forward = convolution_forward_desc(library.engine, dnnl::algorithm::convolution_direct, any_desc(problem.source),
                                                  any_desc(problem.weights), MemoryDesc(), any_desc(problem.destination), problem.window,
                                                  attributes());
    Trials trials;
    add_primitive_trial(trials, library, dnnl::convolution_backward_data(desc), desc, arguments);
    if (forward) add_reorder_trial(trials, library, forward.weights_desc(), desc.weights_desc());
    for (const MemoryDesc& image : {desc.diff_src_desc(), desc.diff_dst_desc()}) add_unblocking_trial(trials, library, image);
    return trials;
  }
};

KernelPtr claim(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  const int weights = instruction.operands[0], dy = instruction.operands[1], dx = instruction.results.front();
  auto kernel = std::make_unique<ConvolutionBackwardInput>();
  kernel->convolution = Convolution::from(instruction, graph.shape(dx), graph.shape(weights), graph.shape(dy));
  *refusal = kernel->convolution.refusal(graph, instruction);
  if (refusal->empty() && !kernel->chosen(graph.library)) *refusal = "oneDNN has no fast implementation";
  if (!refusal->empty()) return nullptr;
  kernel->instructions = {index};
  kernel->operands = {weights, dy};
  kernel->results = {dx};
  return kernel;
}

const Candidate conv2d_backward_input{"conv2d_backward_input", Pass::fusing, claim};

}  // namespace

}  // namespace laminet::cpu
