// Average pooling through oneDNN, in whatever layout the image has.
#include "cpu/claims.h"
#include "cpu/lowering.h"
#include "cpu/tune.h"
#include "runtime/geometry.h"

namespace laminet::cpu {

namespace {

using Forward = dnnl::pooling_forward::primitive_desc;

constexpr auto kAverage = dnnl::algorithm::pooling_avg_exclude_padding;

struct Pooling {
  Dims source, destination;
  Window window;

  static Pooling from(const Instruction& instruction, const Shape& x, const Shape& y) {
    const WindowGeometry geometry = pool_geometry(instruction, x);
    Pooling result;
    result.source = library_dims(x, kImageAxes);
    result.destination = library_dims(y, kImageAxes);
    result.window.kernel = {geometry.rows.window, geometry.columns.window};
    result.window.strides = {geometry.rows.stride, geometry.columns.stride};
    result.window.dilations = {0, 0};
    result.window.before = {geometry.rows.before, geometry.columns.before};
    result.window.after = {geometry.rows.after, geometry.columns.after};
    return result;
  }

  Forward forward(Library& library, const MemoryDesc& source_desc) const {
    return pooling_forward_desc(library.engine, dnnl::prop_kind::forward_training, kAverage, source_desc, any_desc(destination), window,
                                attributes());
  }

  // In the image's own layout when the library has fast code for it, else in a blocked one, else whatever there is.
  Forward choose(Library& library, const Layout& image) const {
    const MemoryDesc own = image.dims().size() == 4 && !image.is_opaque() ? image.library(kImageAxes)
                                                                          : Layout::plain_as(DType::f32, listing()).library(kImageAxes);
    const Forward first = forward(library, own);
    if (first && acceptable(first.impl_info_str(), {})) return first;
    for (const auto tag : {dnnl::memory::format_tag::nChw16c, dnnl::memory::format_tag::nChw8c}) {
      const Forward other = forward(library, MemoryDesc(source, dnnl::memory::data_type::f32, tag));
      if (other && acceptable(other.impl_info_str(), {})) return other;
    }
    return first;
  }

  Dims listing() const { return {source[0], source[2], source[3], source[1]}; }
};

Layout layout_of(const MemoryDesc& desc) { return Layout::from_library(desc, kImageAxes); }

class AveragePoolForward : public Kernel {
 public:
  Pooling pooling;

  void lower(Lowering& lowering) const override {
    const int x = operands.front(), y = results.front();
    const Forward desc = pooling.choose(lowering.library, lowering.layout(x));
    const Layout image = layout_of(desc.src_desc());
    const std::vector<Argument> reads{{DNNL_ARG_SRC, lowering.use(x, image), desc.src_desc()}};
    const std::vector<Argument> writes{{DNNL_ARG_DST, lowering.define(y, layout_of(desc.dst_desc())), desc.dst_desc()}};
    lowering.add_primitive(dnnl::pooling_forward(desc), desc, reads, writes, image.text());
  }
};

class AveragePoolBackward : public Kernel {
 public:
  Pooling pooling;

  void lower(Lowering& lowering) const override {
    const int gradient = operands.front();
    // As the gradient lies, or other images of this size.
    const bool plain = lowering.layout(gradient).is_plain() && !lowering.usual_layout(lowering.type(results.front()).shape);
    for (const bool blocked : {!plain, true, false}) {
      const auto tag = blocked ? dnnl::memory::format_tag::nChw16c : dnnl::memory::format_tag::nhwc;
      const Forward forward = pooling.forward(lowering.library, MemoryDesc(pooling.source, dnnl::memory::data_type::f32, tag));
      if (!forward || (!acceptable(forward.impl_info_str(), {}) && blocked)) continue;
      const auto desc = pooling_backward_desc(lowering.library.engine, kAverage, forward.src_desc(), forward.dst_desc(),
                                              pooling.window, forward, attributes());
      if (!desc || (!acceptable(desc.impl_info_str(), {}) && blocked)) continue;
      const std::vector<Argument> reads{{DNNL_ARG_DIFF_DST, lowering.use(gradient, layout_of(forward.dst_desc())), desc.diff_dst_desc()}};
      const int dx = lowering.define(results.front(), layout_of(forward.src_desc()));
      lowering.add_primitive(dnnl::pooling_backward(desc), desc, reads, {{DNNL_ARG_DIFF_SRC, dx, desc.diff_src_desc()}},
                             layout_of(forward.src_desc()).text());
      return;
    }
    throw Error("INTERNAL", "avg_pool2d_backward: oneDNN has no implementation");
  }
};

// Empty, or why the library cannot do it.
std::string refusal_of(const ClaimGraph& graph, const Instruction& instruction, const Pooling& pooling) {
  if (!graph.is_f32(instruction.results.front())) return "oneDNN pools float32 only here";
  for (const Dims* dims : {&pooling.source, &pooling.destination})
    for (int64_t dim : *dims)
      if (dim <= 0) return "a tensor without elements";
  for (int axis = 0; axis < 2; ++axis) {
    const int64_t before = pooling.window.before[axis], after = pooling.window.after[axis], kernel = pooling.window.kernel[axis];
    if (before < 0 || after < 0) return "negative padding";
    if (before >= kernel || after >= kernel) return "windows that lie in the padding alone";
  }
  return {};
}

template <typename PoolKernel>
std::unique_ptr<PoolKernel> pool_kernel(const ClaimGraph& graph, int index, int x, int y, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  auto kernel = std::make_unique<PoolKernel>();
  kernel->pooling = Pooling::from(instruction, graph.shape(x), graph.shape(y));
  *refusal = refusal_of(graph, instruction, kernel->pooling);
  if (!refusal->empty()) return nullptr;
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  return kernel;
}

KernelPtr claim_forward(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  return pool_kernel<AveragePoolForward>(graph, index, instruction.operands[0], instruction.results[0], refusal);
}

KernelPtr claim_backward(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  return pool_kernel<AveragePoolBackward>(graph, index, instruction.results[0], instruction.operands[0], refusal);
}

const Candidate avg_pool2d{"avg_pool2d", Pass::single, claim_forward};
const Candidate avg_pool2d_backward{"avg_pool2d_backward", Pass::single, claim_backward};

}  // namespace

}  // namespace laminet::cpu
