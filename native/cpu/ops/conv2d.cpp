// conv2d, with a bias and an activation when they follow.
#include "activation.h"
#include "convolution.h"
#include "cpu/primitive.h"

namespace laminet::cpu {

namespace {

using Desc = dnnl::convolution_forward::primitive_desc;

class ConvolutionForward : public Kernel {
 public:
  Convolution convolution;
  Tail tail;
  int x = -1, weights = -1;

  Desc make(const Convolution& problem, dnnl::algorithm algorithm, Library& library, const MemoryDesc& weights_desc) const {
    return make(problem, algorithm, library, any_desc(problem.source), weights_desc, any_desc(problem.destination));
  }
  Desc make(const Convolution& problem, dnnl::algorithm algorithm, Library& library, const MemoryDesc& source, const MemoryDesc& weights_desc,
            const MemoryDesc& destination) const {
    const MemoryDesc bias = tail.bias >= 0 ? problem.bias() : MemoryDesc();
    return convolution_forward_desc(library.engine, algorithm, source, weights_desc, bias, destination, problem.window, tail.attributes());
  }

  Implementation<Desc> chosen(Library& library) const {
    return choose<Desc>(
        "conv2d" + tail.key(), convolution, convolution.timed_for_winograd(2),
        [&](const Convolution& problem, dnnl::algorithm algorithm) {
          return Made<Desc>{make(problem, algorithm, library, any_desc(problem.weights)), {}};
        },
        descs,
        [&](const Desc& desc, const Convolution&) {
          TimedArguments arguments{{DNNL_ARG_SRC, desc.src_desc()}, {DNNL_ARG_WEIGHTS, desc.weights_desc()}, {DNNL_ARG_DST, desc.dst_desc()}};
          if (tail.bias >= 0) arguments.emplace_back(DNNL_ARG_BIAS, desc.bias_desc());
          Trials trials;
          add_primitive_trial(trials, library, dnnl::convolution_forward(desc), desc, arguments);
          for (const MemoryDesc& image : {desc.src_desc(), desc.dst_desc()}) add_unblocking_trial(trials, library, image);
          return trials;
        },
        tail.slope() ? WinogradTrials([&](const Winograd& winograd, const Shares& shares) { return this->trials(winograd, shares); }) : nullptr);
  }

  Trials trials(const Winograd& winograd, const Shares& shares) const {
    const size_t windows = winograd.windows_bytes(false);
    const WinogradTensors tensors{.x = 0, .windows = 1, .bias = tail.bias < 0 ? -1 : 2, .y = 3, .scratch = 4};
    Trials result;
    result.emplace_back(winograd.transform(0, 1, false), std::vector{winograd.weights().get_size(), windows}, shares.once);
    result.emplace_back(winograd.convolution(tensors, false, *tail.slope()),
                        std::vector{winograd.source().get_size(), windows, convolution.bias().get_size(),
                                    winograd.destination().get_size(), winograd.scratch_bytes(false)},
                        shares.images);
    return result;
  }

  MemoryDesc weights_desc(const Implementation<Desc>& implementation) const {
    return implementation.winograd ? implementation.winograd->weights() : implementation.desc.weights_desc();
  }

  std::optional<Layout> resident_layout(Lowering& lowering, int value) const override {
    if (value != weights) return std::nullopt;
    return convolution.kernel_layout(weights_desc(chosen(lowering.library)));
  }

  // Weights that live in another program's layout are used as they are where the same implementation can.
  Desc adapted(Lowering& lowering, const Desc& desc) const {
    const Layout& there = lowering.layout(weights);
    if (there.is_plain() || there == convolution.kernel_layout(desc.weights_desc()) || there.dims() != convolution.kernel) return desc;
    const MemoryDesc fixed = there.library(convolution.kernel_axes);
    const Desc other = make(convolution, dnnl::algorithm::convolution_direct, lowering.library, fixed);
    return other && std::string(other.impl_info_str()) == desc.impl_info_str() ? other : desc;
  }

  void lower(Lowering& lowering) const override {
    const Implementation<Desc> implementation = chosen(lowering.library);
    if (implementation.winograd) return lower(lowering, *implementation.winograd);
    const Desc desc = adapted(lowering, implementation.desc);
    const Layout x_layout = image_layout(desc.src_desc()), y_layout = image_layout(desc.dst_desc());
    std::vector<Argument> reads{{DNNL_ARG_SRC, lowering.use(x, x_layout), desc.src_desc()},
                                {DNNL_ARG_WEIGHTS, lowering.use(weights, convolution.kernel_layout(desc.weights_desc())), desc.weights_desc()}};
    if (tail.bias >= 0) reads.push_back({DNNL_ARG_BIAS, lowering.use_plain(tail.bias), desc.bias_desc()});
    const int y = lowering.define(tail.result, y_layout);
    lowering.add_primitive(dnnl::convolution_forward(desc), desc, reads, {{DNNL_ARG_DST, y, desc.dst_desc()}},
                           x_layout.text() + " -> " + y_layout.text());
    lowering.slice({convolution.source[0], {reads[0].tensor, y}, slices(desc, reads, y)});
  }

 private:
  void lower(Lowering& lowering, const Winograd& winograd) const {
    const Layout x_layout = image_layout(winograd.source()), y_layout = image_layout(winograd.destination());
    WinogradTensors tensors{.x = lowering.use(x, x_layout),
                            .windows = add_windows(lowering, convolution, winograd, weights, false)};
    std::vector<int> reads{tensors.x, tensors.windows};
    if (tail.bias >= 0) reads.push_back(tensors.bias = lowering.use_plain(tail.bias));
    tensors.y = lowering.define(tail.result, y_layout);
    tensors.scratch = lowering.scratch(winograd.scratch_bytes(false));
    lowering.add(reads, {tensors.y, tensors.scratch}, winograd.convolution(tensors, false, *tail.slope()),
                 winograd.name() + ", " + x_layout.text() + " -> " + y_layout.text());
    lowering.slice(winograd.slicing(tensors, false, *tail.slope()));
  }

  std::function<std::unique_ptr<SliceWork>(Library&, int64_t)> slices(const Desc& whole, const std::vector<Argument>& reads, int y) const {
    return [self = *this, whole, reads, y](Library& library, int64_t images) -> std::unique_ptr<SliceWork> {
      const Desc desc = like(whole, options<Desc>(
          [&](dnnl::algorithm algorithm) {
            return Made<Desc>{self.make(self.convolution.with_batch(images), algorithm, library, cut(whole.src_desc(), images),
                                        whole.weights_desc(), cut(whole.dst_desc(), images)), {}};
          },
          descs));
      if (!desc) return nullptr;
      std::vector<Argument> arguments = reads;
      arguments[0].desc = desc.src_desc();
      arguments.push_back({DNNL_ARG_DST, y, desc.dst_desc()});
      return std::make_unique<PrimitiveSliceWork>(library, dnnl::convolution_forward(desc), desc, arguments);
    };
  }

  static std::vector<MemoryDesc> descs(const Desc& desc) { return {desc.src_desc(), desc.weights_desc(), desc.dst_desc()}; }
};

KernelPtr claim_conv2d(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  const int y = instruction.results.front();
  auto kernel = std::make_unique<ConvolutionForward>();
  kernel->x = instruction.operands[0];
  kernel->weights = instruction.operands[1];
  kernel->convolution = Convolution::from(instruction, graph.shape(kernel->x), graph.shape(kernel->weights), graph.shape(y));
  *refusal = kernel->convolution.refusal(graph, instruction);
  if (!refusal->empty()) return nullptr;
  kernel->tail = tail_of(graph, y);
  if (!kernel->chosen(graph.library)) {
    kernel->tail = {};
    kernel->tail.result = y;
    if (!kernel->chosen(graph.library)) {
      *refusal = "oneDNN has no fast implementation";
      return nullptr;
    }
  }
  kernel->name = instruction.op + kernel->tail.name;
  kernel->instructions = kernel->tail.instructions;
  kernel->instructions.insert(kernel->instructions.begin(), index);
  kernel->operands = {kernel->x, kernel->weights};
  if (kernel->tail.bias >= 0) kernel->operands.push_back(kernel->tail.bias);
  kernel->results = {kernel->tail.result};
  return kernel;
}

const Candidate conv2d{"conv2d", Pass::fusing, claim_conv2d};

}  // namespace

}  // namespace laminet::cpu
