// matmul. Products with a weight are the three directions of the library's inner product, so that the weight lives in a blocked layout:
// x w forward, dy w^T backward data, x^T dy backward weights. Everything else is the library's matmul on plain memory.
#include "activation.h"
#include "bias_gradient.h"
#include "cpu/claims.h"
#include "cpu/lowering.h"
#include "cpu/tune.h"

namespace laminet::cpu {

namespace {

MemoryDesc rows(int64_t count, int64_t length) {
  return MemoryDesc({count, length}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::ab);
}
MemoryDesc vector_of(int64_t length) { return MemoryDesc({length}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a); }

// y[m, o] = x[m, i] w, w written [i, o] in the listing, or [o, i] when `transposed`.
struct Product {
  int64_t batch, in, out;
  bool transposed = false;

  const Axes& weight_axes() const { return transposed ? kRowAxes : kMatrixAxes; }
  Layout weight_layout(const MemoryDesc& desc) const { return Layout::from_library(desc, weight_axes()); }
  dnnl::inner_product_forward::primitive_desc forward(Library& library, const MemoryDesc& weights, bool bias,
                                                      const dnnl::primitive_attr& attribute) const {
    return inner_product_forward_desc(library.engine, rows(batch, in), weights, bias ? vector_of(out) : MemoryDesc(), rows(batch, out), attribute);
  }
};

// The layout in which a weight already lives, for the library to adapt to; "any" while nobody has chosen it.
MemoryDesc resident_or_any(const Lowering& lowering, int weights, const Product& product) {
  const MemoryDesc any = any_desc({product.out, product.in});
  const Layout& layout = lowering.layout(weights);
  if (layout.dims().size() != 2) return any;
  const auto forward = product.forward(lowering.library, any, false, attributes());
  const bool chosen = !layout.is_plain() || (forward && product.weight_layout(forward.weights_desc()) == layout);
  return chosen ? layout.library(product.weight_axes()) : any;
}

template <typename Desc>
bool usable(const Desc& desc, const MemoryDesc& weights) {
  return desc && acceptable(desc.impl_info_str(), {weights});
}

class ProductForward : public Kernel {
 public:
  Product product;
  Tail tail;

  using Desc = dnnl::inner_product_forward::primitive_desc;
  Desc make(Library& library, const MemoryDesc& weights) const { return product.forward(library, weights, tail.bias >= 0, tail.attributes()); }

  std::optional<Layout> resident_layout(Lowering& lowering, int value) const override {
    if (value != operands[1]) return std::nullopt;
    return product.weight_layout(make(lowering.library, any_desc({product.out, product.in})).weights_desc());
  }

  void lower(Lowering& lowering) const override {
    const int x = operands[0], weights = operands[1];
    Desc desc = make(lowering.library, resident_or_any(lowering, weights, product));
    if (!usable(desc, desc ? desc.weights_desc() : MemoryDesc())) desc = make(lowering.library, any_desc({product.out, product.in}));
    std::vector<Argument> reads{{DNNL_ARG_SRC, lowering.use_plain(x), desc.src_desc()},
                                {DNNL_ARG_WEIGHTS, lowering.use(weights, product.weight_layout(desc.weights_desc())), desc.weights_desc()}};
    if (tail.bias >= 0) reads.push_back({DNNL_ARG_BIAS, lowering.use_plain(tail.bias), desc.bias_desc()});
    const int y = lowering.define_plain(tail.result);
    lowering.add_primitive(dnnl::inner_product_forward(desc), desc, reads, {{DNNL_ARG_DST, y, desc.dst_desc()}},
                           "weights " + product.weight_layout(desc.weights_desc()).text());
  }
};

class ProductBackwardData : public Kernel {
 public:
  Product product;

  using Desc = dnnl::inner_product_backward_data::primitive_desc;
  Desc make(Library& library, const MemoryDesc& weights) const {
    const auto forward = product.forward(library, any_desc({product.out, product.in}), false, attributes());
    if (!forward) return {};
    return inner_product_backward_data_desc(library.engine, rows(product.batch, product.in), weights, rows(product.batch, product.out),
                                            forward, attributes());
  }

  void lower(Lowering& lowering) const override {
    const int gradient = operands[0], weights = operands[1];
    Desc desc = make(lowering.library, resident_or_any(lowering, weights, product));
    if (!usable(desc, desc ? desc.weights_desc() : MemoryDesc())) desc = make(lowering.library, any_desc({product.out, product.in}));
    const std::vector<Argument> reads{
        {DNNL_ARG_DIFF_DST, lowering.use_plain(gradient), desc.diff_dst_desc()},
        {DNNL_ARG_WEIGHTS, lowering.use(weights, product.weight_layout(desc.weights_desc())), desc.weights_desc()}};
    const int dx = lowering.define_plain(results.front());
    lowering.add_primitive(dnnl::inner_product_backward_data(desc), desc, reads, {{DNNL_ARG_DIFF_SRC, dx, desc.diff_src_desc()}},
                           "weights " + product.weight_layout(desc.weights_desc()).text());
  }
};

class ProductBackwardWeights : public Kernel {
 public:
  Product product;
  int bias_gradient = -1;

  using Desc = dnnl::inner_product_backward_weights::primitive_desc;
  Desc make(Library& library) const {
    const MemoryDesc weights = any_desc({product.out, product.in});
    const auto forward = product.forward(library, weights, bias_gradient >= 0, attributes());
    if (!forward) return {};
    return inner_product_backward_weights_desc(library.engine, rows(product.batch, product.in), weights,
                                               bias_gradient >= 0 ? vector_of(product.out) : MemoryDesc(), rows(product.batch, product.out),
                                               forward, attributes());
  }

  void lower(Lowering& lowering) const override {
    const Desc desc = make(lowering.library);
    const Layout weights = product.weight_layout(desc.diff_weights_desc());
    const std::vector<Argument> reads{{DNNL_ARG_SRC, lowering.use_plain(operands[0]), desc.src_desc()},
                                      {DNNL_ARG_DIFF_DST, lowering.use_plain(operands[1]), desc.diff_dst_desc()}};
    std::vector<Argument> writes{{DNNL_ARG_DIFF_WEIGHTS, lowering.define(results.front(), weights), desc.diff_weights_desc()}};
    if (bias_gradient >= 0) writes.push_back({DNNL_ARG_DIFF_BIAS, lowering.define_plain(bias_gradient), desc.diff_bias_desc()});
    lowering.add_primitive(dnnl::inner_product_backward_weights(desc), desc, reads, writes, "weights " + weights.text());
  }
};

// Any rank, any transposition, plain memory.
class PlainProduct : public Kernel {
 public:
  bool transpose_a = false, transpose_b = false;

  // The two last axes swapped in view, not in memory.
  static MemoryDesc view(const Shape& shape, bool transpose) {
    const size_t rank = shape.size();
    Axes axes(rank);
    for (size_t axis = 0; axis < rank; ++axis) axes[axis] = static_cast<int>(axis);
    if (transpose) std::swap(axes[rank - 1], axes[rank - 2]);
    return Layout::plain_as(DType::f32, shape).library(axes);
  }

  dnnl::matmul::primitive_desc make(const ClaimGraph& graph, Library& library) const {
    return matmul_desc(library.engine, view(graph.shape(operands[0]), transpose_a), view(graph.shape(operands[1]), transpose_b),
                       view(graph.shape(results.front()), false), attributes());
  }

  void lower(Lowering& lowering) const override {
    const auto desc = make(lowering.graph, lowering.library);
    const std::vector<Argument> reads{{DNNL_ARG_SRC, lowering.use_plain(operands[0]), desc.src_desc()},
                                      {DNNL_ARG_WEIGHTS, lowering.use_plain(operands[1]), desc.weights_desc()}};
    const int y = lowering.define_plain(results.front());
    lowering.add_primitive(dnnl::matmul(desc), desc, reads, {{DNNL_ARG_DST, y, desc.dst_desc()}});
  }
};

bool weight_like(const ClaimGraph& graph, int value) { return graph.variable_of(value) >= 0; }

// Somebody multiplies by this weight without transposing it: its layout is theirs.
bool has_forward_product(const ClaimGraph& graph, int weights) {
  for (int reader : graph.readers(weights)) {
    const Instruction& instruction = graph.instruction(reader);
    if (instruction.op == "matmul" && instruction.operands[1] == weights && !instruction.flag("transposeA") && !instruction.flag("transposeB"))
      return true;
  }
  return false;
}

bool multiplies_f32(const ClaimGraph& graph, const Instruction& instruction, std::string* refusal) {
  if (!graph.is_f32(instruction.results.front())) *refusal = "oneDNN multiplies float32 only";
  for (int value : {instruction.operands[0], instruction.operands[1], instruction.results.front()})
    if (element_count(graph.shape(value)) == 0) *refusal = "a tensor without elements";
  return refusal->empty();
}

template <typename Product>
std::unique_ptr<Product> product_kernel(const Instruction& instruction, int index) {
  auto kernel = std::make_unique<Product>();
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  return kernel;
}

KernelPtr claim_inner_product(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  if (!multiplies_f32(graph, instruction, refusal)) return nullptr;
  const bool transpose_a = instruction.flag("transposeA"), transpose_b = instruction.flag("transposeB");
  const int a = instruction.operands[0], b = instruction.operands[1];
  const Shape &left = graph.shape(a), &right = graph.shape(b);
  if (left.size() != 2 || (transpose_a && transpose_b) || (!transpose_a && !weight_like(graph, b))) {
    *refusal = "no product with a weight";
    return nullptr;
  }
  if (transpose_a) {
    auto kernel = product_kernel<ProductBackwardWeights>(instruction, index);
    kernel->product = {left[0], left[1], right[1]};
    if (const int sum = bias_gradient(graph, b); sum >= 0) {
      kernel->instructions.push_back(sum);
      kernel->bias_gradient = graph.instruction(sum).results.front();
      kernel->results.push_back(kernel->bias_gradient);
    }
    const auto desc = kernel->make(graph.library);
    if (usable(desc, desc ? desc.diff_weights_desc() : MemoryDesc())) return kernel;
  } else if (transpose_b && has_forward_product(graph, b)) {
    auto kernel = product_kernel<ProductBackwardData>(instruction, index);
    kernel->product = {left[0], right[0], right[1]};
    const auto desc = kernel->make(graph.library, any_desc({kernel->product.out, kernel->product.in}));
    if (usable(desc, desc ? desc.weights_desc() : MemoryDesc())) return kernel;
  } else {
    auto kernel = product_kernel<ProductForward>(instruction, index);
    kernel->product = transpose_b ? Product{left[0], right[1], right[0], true} : Product{left[0], right[0], right[1]};
    kernel->tail = tail_of(graph, instruction.results.front());
    kernel->name = instruction.op + kernel->tail.name;
    kernel->instructions.insert(kernel->instructions.end(), kernel->tail.instructions.begin(), kernel->tail.instructions.end());
    if (kernel->tail.bias >= 0) kernel->operands.push_back(kernel->tail.bias);
    kernel->results = {kernel->tail.result};
    const auto desc = kernel->make(graph.library, any_desc({kernel->product.out, kernel->product.in}));
    if (usable(desc, desc ? desc.weights_desc() : MemoryDesc())) return kernel;
  }
  *refusal = "oneDNN has no fast inner product";
  return nullptr;
}

KernelPtr claim_matmul(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  if (!multiplies_f32(graph, instruction, refusal)) return nullptr;
  auto kernel = product_kernel<PlainProduct>(instruction, index);
  kernel->transpose_a = instruction.flag("transposeA");
  kernel->transpose_b = instruction.flag("transposeB");
  if (graph.shape(instruction.operands[0]).size() < 2) {
    *refusal = "no matrices";
    return nullptr;
  }
  if (kernel->make(graph, graph.library)) return kernel;
  *refusal = "oneDNN has no matmul for this";
  return nullptr;
}

const Candidate inner_product{"matmul", Pass::fusing, claim_inner_product};
const Candidate matmul{"matmul", Pass::single, claim_matmul};

}  // namespace

}  // namespace laminet::cpu
