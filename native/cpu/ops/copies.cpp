// Ops that only move elements: strided copies between plain tensors.
#include "cpu/call_work.h"
#include "cpu/claims.h"
#include "cpu/kernels/copy.h"
#include "cpu/lowering.h"

namespace laminet::cpu {

namespace {

std::vector<int64_t> plain_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

// A copy of one operand into a part of the result, starting at these elements.
struct Part {
  int operand = 0;
  int64_t from = 0, to = 0;
  CopySpace space;
};

class CopyKernel : public Kernel {
 public:
  std::vector<Part> parts;
  bool filled = false;  // what no part covers is `value`
  double value = 0;

  void lower(Lowering& lowering) const override {
    const Type& type = lowering.type(results.front());
    std::vector<int> reads;
    for (int operand : operands) reads.push_back(lowering.use_plain(operand));
    const int result = lowering.define_plain(results.front());
    const size_t bytes = dtype_bytes(type.dtype);
    const int64_t count = element_count(type.shape);
    auto run = [parts = parts, reads, result, bytes, count, filled = filled, bits = bits_of(type.dtype)](void* const* memory) {
      char* to = static_cast<char*>(memory[result]);
      if (filled) copy_kernels().fill(count, bytes, &bits, to);
      for (const Part& part : parts)
        copy_kernels().copy(part.space, bytes, static_cast<const char*>(memory[reads[part.operand]]) + part.from * static_cast<int64_t>(bytes),
                            to + part.to * static_cast<int64_t>(bytes));
    };
    lowering.add(reads, {result}, call_work(std::move(run)));
  }

 private:
  // The element's bits in the first bytes.
  uint64_t bits_of(DType dtype) const {
    uint64_t bits = 0;
    const auto put = [&](auto element) { __builtin_memcpy(&bits, &element, sizeof element); };
    switch (dtype) {
      case DType::f32: put(static_cast<float>(value)); break;
      case DType::f64: put(value); break;
      case DType::i32: put(static_cast<int32_t>(value)); break;
      default: put(static_cast<uint8_t>(value)); break;
    }
    return bits;
  }
};

std::unique_ptr<CopyKernel> copy_kernel(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  for (int value : {instruction.operands.front(), instruction.results.front()})
    if (graph.shape(value).size() > kCopyRank) *refusal = "too many axes";
  if (!refusal->empty()) return nullptr;
  auto kernel = std::make_unique<CopyKernel>();
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  return kernel;
}

// The result's extents, its own strides; the operand's strides are to be filled in.
Part whole_result(const Shape& result) {
  Part part;
  part.space.rank = static_cast<int>(result.size());
  const std::vector<int64_t> strides = plain_strides(result);
  for (size_t axis = 0; axis < result.size(); ++axis) {
    part.space.extents[axis] = result[axis];
    part.space.to[axis] = strides[axis];
  }
  return part;
}

KernelPtr claim_transpose(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  Part part = whole_result(graph.shape(kernel->results[0]));
  const std::vector<int64_t> strides = plain_strides(graph.shape(kernel->operands[0]));
  const std::vector<int64_t>& permutation = graph.instruction(index).integers("permutation");
  for (int axis = 0; axis < part.space.rank; ++axis) part.space.from[axis] = strides[permutation[axis]];
  kernel->parts = {part};
  return kernel;
}

KernelPtr claim_slice(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  const Instruction& instruction = graph.instruction(index);
  Part part = whole_result(graph.shape(kernel->results[0]));
  const std::vector<int64_t> own = plain_strides(graph.shape(kernel->operands[0]));
  for (int axis = 0; axis < part.space.rank; ++axis) {
    part.from += instruction.integers("begin")[axis] * own[axis];
    part.space.from[axis] = own[axis] * instruction.integers("strides")[axis];
  }
  kernel->parts = {part};
  return kernel;
}

KernelPtr claim_reverse(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  const Shape& shape = graph.shape(kernel->results[0]);
  Part part = whole_result(shape);
  for (int axis = 0; axis < part.space.rank; ++axis) part.space.from[axis] = part.space.to[axis];
  for (int64_t axis : graph.instruction(index).integers("axes")) {
    part.from += (shape[axis] - 1) * part.space.from[axis];
    part.space.from[axis] = -part.space.from[axis];
  }
  kernel->parts = {part};
  return kernel;
}

KernelPtr claim_concat(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  const auto axis = static_cast<size_t>(graph.instruction(index).number("axis"));
  int64_t offset = 0;
  for (size_t operand = 0; operand < kernel->operands.size(); ++operand) {
    const Shape& shape = graph.shape(kernel->operands[operand]);
    const std::vector<int64_t> own = plain_strides(shape);
    Part part = whole_result(graph.shape(kernel->results[0]));
    part.operand = static_cast<int>(operand);
    part.space.extents[axis] = shape[axis];
    for (int each = 0; each < part.space.rank; ++each) part.space.from[each] = own[each];
    part.to = offset * part.space.to[axis];
    offset += shape[axis];
    kernel->parts.push_back(part);
  }
  return kernel;
}

KernelPtr claim_pad(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  const Instruction& instruction = graph.instruction(index);
  const Shape &x = graph.shape(kernel->operands[0]), &y = graph.shape(kernel->results[0]);
  const std::vector<int64_t>&before = instruction.integers("before"), &interior = instruction.integers("interior");
  const std::vector<int64_t> own = plain_strides(x);
  kernel->filled = true;
  kernel->value = instruction.number("value");
  Part part = whole_result(y);
  // Along an axis, element i goes to before + i * step; those that fall inside the result are copied.
  for (int axis = 0; axis < part.space.rank; ++axis) {
    const int64_t step = interior[axis] + 1;
    const int64_t first = before[axis] < 0 ? (-before[axis] + step - 1) / step : 0;
    const int64_t room = y[axis] - before[axis] - first * step;
    const int64_t count = std::min(x[axis] - first, room <= 0 ? 0 : (room + step - 1) / step);
    if (count <= 0) return kernel;  // nothing of x is left
    part.space.extents[axis] = count;
    part.from += first * own[axis];
    part.to += (before[axis] + first * step) * part.space.to[axis];
    part.space.from[axis] = own[axis];
    part.space.to[axis] *= step;
  }
  kernel->parts = {part};
  return kernel;
}

class GatherKernel : public Kernel {
 public:
  int64_t outer = 1, axis = 1, inner = 1, count = 1;

  void lower(Lowering& lowering) const override {
    const int x = lowering.use_plain(operands[0]), indices = lowering.use_plain(operands[1]);
    const int y = lowering.define_plain(results.front());
    const size_t bytes = dtype_bytes(lowering.type(operands[0]).dtype);
    auto run = [sizes = *this, x, indices, y, bytes](void* const* memory) {
      copy_kernels().gather(sizes.outer, sizes.axis, sizes.inner, bytes, memory[x], static_cast<const int32_t*>(memory[indices]), sizes.count,
                            memory[y]);
    };
    lowering.add({x, indices}, {y}, call_work(std::move(run)));
  }
};

KernelPtr claim_gather(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  const Shape& shape = graph.shape(instruction.operands[0]);
  const auto axis = static_cast<size_t>(instruction.number("axis"));
  if (element_count(shape) == 0) {
    *refusal = "a tensor without elements";
    return nullptr;
  }
  auto kernel = std::make_unique<GatherKernel>();
  for (size_t each = 0; each < shape.size(); ++each)
    (each < axis ? kernel->outer : each == axis ? kernel->axis : kernel->inner) *= shape[each];
  kernel->count = element_count(graph.shape(instruction.operands[1]));
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  return kernel;
}

const Candidate transpose{"transpose", Pass::single, claim_transpose};
const Candidate slice{"slice", Pass::single, claim_slice};
const Candidate reverse{"reverse", Pass::single, claim_reverse};
const Candidate concat{"concat", Pass::single, claim_concat};
const Candidate pad{"pad", Pass::single, claim_pad};
const Candidate gather{"gather", Pass::single, claim_gather};

}  // namespace

}  // namespace laminet::cpu
