// Reductions in whatever layout the operand has, and the row-wise ops, through own kernels.
#include <algorithm>

#include "cpu/call_work.h"
#include "cpu/claims.h"
#include "cpu/kernels/reduce.h"
#include "cpu/lowering.h"

namespace laminet::cpu {

namespace {

const float* input_at(void* const* memory, int tensor) { return static_cast<const float*>(memory[tensor]); }
float* output_at(void* const* memory, int tensor) { return static_cast<float*>(memory[tensor]); }

Reduction reduction_of(const std::string& op) {
  return op == "sum" ? Reduction::sum : op == "prod" ? Reduction::prod : op == "max" ? Reduction::max : Reduction::min;
}

class ReduceKernel : public Kernel {
 public:
  Reduction reduction = Reduction::sum;
  std::vector<bool> reduced;  // by axis

  void lower(Lowering& lowering) const override {
    const int x = operands.front();
    Layout layout = lowering.layout(x);
    if (!readable(layout, lowering.type(x).shape)) layout = Layout::plain(lowering.type(x));
    const ReduceSpace space = space_of(layout, lowering.type(x).shape);
    const int source = lowering.use(x, layout), result = lowering.define_plain(results.front());
    const int scratch = lowering.scratch(reduce_scratch_bytes(space));
    lowering.add({source}, {result, scratch}, call_work([space, source, result, scratch, kind = reduction](void* const* memory) {
                   reduce_kernels().reduce(kind, space, 1.0f, input_at(memory, source), output_at(memory, result), memory[scratch]);
                 }),
                 layout.text());
  }

 private:
  // Padding is zero: it vanishes in sums along its axis, and must not be kept.
  bool readable(const Layout& layout, const Shape& shape) const {
    if (layout.is_opaque() || layout.dims() != shape) return layout.is_plain();
    if (!layout.is_padded()) return layout.digits().size() <= kReduceRank;
    const Dims padded = blocking_of(layout.desc()).padded_dims;
    for (size_t axis = 0; axis < shape.size(); ++axis)
      if (padded[axis] != shape[axis] && (!reduced[axis] || reduction != Reduction::sum)) return false;
    return layout.digits().size() <= kReduceRank;
  }

  ReduceSpace space_of(const Layout& layout, const Shape& shape) const {
    std::vector<int64_t> strides(shape.size(), 0);
    int64_t kept = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (reduced[axis]) continue;
      strides[axis] = kept;
      kept *= shape[axis];
    }
    std::vector<Digit> digits = layout.is_plain() ? Layout::plain_as(DType::f32, shape).digits() : layout.digits();
    std::erase_if(digits, [](const Digit& digit) { return digit.extent == 1; });
    std::stable_sort(digits.begin(), digits.end(), [](const Digit& a, const Digit& b) { return a.stride > b.stride; });
    ReduceSpace space;
    for (const Digit& digit : digits) {
      space.extents[space.rank] = digit.extent;
      space.strides[space.rank++] = shape.empty() ? 0 : strides[digit.axis] * digit.step;
    }
    return space;
  }
};

// [outer][count][inner] of a plain tensor around one axis.
struct Around {
  int64_t outer = 1, count = 1, inner = 1;
};

Around around(const Shape& shape, size_t axis) {
  Around result;
  for (size_t index = 0; index < shape.size(); ++index)
    (index < axis ? result.outer : index == axis ? result.count : result.inner) *= shape[index];
  return result;
}

class ArgKernel : public Kernel {
 public:
  bool largest = true;
  Around sizes;

  void lower(Lowering& lowering) const override {
    const int source = lowering.use_plain(operands.front()), result = lowering.define_plain(results.front());
    const auto run = largest ? reduce_kernels().arg_max : reduce_kernels().arg_min;
    lowering.add({source}, {result}, call_work([run, sizes = sizes, source, result](void* const* memory) {
                   run(sizes.outer, sizes.count, sizes.inner, input_at(memory, source), static_cast<int32_t*>(memory[result]));
                 }));
  }
};

class SoftmaxKernel : public Kernel {
 public:
  bool logarithm = false;
  int64_t rows = 0, columns = 0;

  void lower(Lowering& lowering) const override {
    const int source = lowering.use_plain(operands.front()), result = lowering.define_plain(results.front());
    const auto run = logarithm ? reduce_kernels().log_softmax : reduce_kernels().softmax;
    lowering.add({source}, {result}, call_work([run, rows = rows, columns = columns, source, result](void* const* memory) {
                   run(rows, columns, input_at(memory, source), output_at(memory, result));
                 }),
                 {}, {{result, source}});
  }
};

template <typename OneKernel>
std::unique_ptr<OneKernel> kernel_for(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  if (!graph.is_f32(instruction.operands[0])) *refusal = "float32 only";
  if (graph.shape(instruction.operands[0]).size() > kReduceRank) *refusal = "too many axes";
  if (!refusal->empty()) return nullptr;
  auto kernel = std::make_unique<OneKernel>();
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  return kernel;
}

KernelPtr claim_reduce(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = kernel_for<ReduceKernel>(graph, index, refusal);
  if (!kernel) return nullptr;
  const Instruction& instruction = graph.instruction(index);
  kernel->reduction = reduction_of(instruction.op);
  kernel->reduced.assign(graph.shape(instruction.operands[0]).size(), false);
  for (int64_t axis : instruction.integers("axes")) kernel->reduced[axis] = true;
  return kernel;
}

KernelPtr claim_arg(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = kernel_for<ArgKernel>(graph, index, refusal);
  if (!kernel) return nullptr;
  const Instruction& instruction = graph.instruction(index);
  kernel->largest = instruction.op == "arg_max";
  kernel->sizes = around(graph.shape(instruction.operands[0]), static_cast<size_t>(instruction.number("axis")));
  return kernel;
}

KernelPtr claim_softmax(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = kernel_for<SoftmaxKernel>(graph, index, refusal);
  if (!kernel) return nullptr;
  const Shape& shape = graph.shape(kernel->operands.front());
  kernel->logarithm = graph.instruction(index).op == "log_softmax";
  kernel->columns = shape.empty() ? 1 : shape.back();
  kernel->rows = kernel->columns == 0 ? 0 : element_count(shape) / kernel->columns;
  return kernel;
}

const Candidate sum{"sum", Pass::single, claim_reduce};
const Candidate prod{"prod", Pass::single, claim_reduce};
const Candidate max{"max", Pass::single, claim_reduce};
const Candidate min{"min", Pass::single, claim_reduce};
const Candidate arg_max{"arg_max", Pass::single, claim_arg};
const Candidate arg_min{"arg_min", Pass::single, claim_arg};
const Candidate softmax{"softmax", Pass::single, claim_softmax};
const Candidate log_softmax{"log_softmax", Pass::single, claim_softmax};

}  // namespace

}  // namespace laminet::cpu
