// Ops that only move elements: strided copies, in the blocked layout of images where they respect its blocks, else between plain tensors.
#include <algorithm>
#include <cstring>
#include <optional>

#include "cpu/call_work.h"
#include "cpu/claims.h"
#include "cpu/image_layout.h"
#include "cpu/kernels/copy.h"
#include "cpu/lowering.h"

namespace laminet::cpu {

namespace {

// Along one axis of the result, element to + i * to_step is element from + i * from_step of the operand's axis, for i < count.
struct Move {
  int from_axis = 0;
  int64_t from = 0, from_step = 1, to = 0, to_step = 1, count = 0;

  bool respects(int64_t block) const { return from % block == 0 && to % block == 0 && count % block == 0 && from_step == 1 && to_step == 1; }
};

// A copy of one operand into the result, axis by axis of the result.
struct Part {
  int operand = 0;
  std::vector<Move> moves;
};

// The loop nest of a part.
struct Copy {
  int operand = 0;
  int64_t from = 0, to = 0;  // of the first element
  CopySpace space;
};

std::vector<Digit> digits_of_axis(const Layout& layout, int axis) {
  std::vector<Digit> digits;
  for (const Digit& digit : layout.digits())
    if (digit.axis == axis) digits.push_back(digit);
  return digits;
}

Copy copy_of(const Part& part, const Layout& operand, const Layout& result) {
  Copy copy;
  copy.operand = part.operand;
  for (int axis = 0; axis < static_cast<int>(part.moves.size()); ++axis) {
    const Move& move = part.moves[axis];
    const std::vector<Digit> from = digits_of_axis(operand, move.from_axis), to = digits_of_axis(result, axis);
    // A blocked axis moves block by block.
    copy.from += move.from / from.front().step * from.front().stride;
    copy.to += move.to / to.front().step * to.front().stride;
    for (size_t digit = 0; digit < to.size(); ++digit) {
      const int at = copy.space.rank++;
      copy.space.extents[at] = digit == 0 ? move.count / to[digit].step : to[digit].extent;
      copy.space.from[at] = from[digit].stride * move.from_step;
      copy.space.to[at] = to[digit].stride * move.to_step;
    }
  }
  return copy;
}

class CopyKernel : public Kernel {
 public:
  std::vector<Part> parts;
  bool filled = false;  // what no part covers is `value`
  double value = 0;

  void lower(Lowering& lowering) const override {
    const Type& type = lowering.type(results.front());
    const int64_t block = block_of(lowering);
    const auto layout_of = [&](int value) {
      const Type& each = lowering.type(value);
      return block == 0 ? Layout::plain(each) : *blocked_image(each.shape, block);
    };
    const Layout layout = layout_of(results.front());
    std::vector<int> reads;
    for (int operand : operands) reads.push_back(lowering.use(operand, layout_of(operand)));
    std::vector<Copy> copies;
    for (const Part& part : parts) copies.push_back(copy_of(part, layout_of(operands[part.operand]), layout));
    const int result = lowering.define(results.front(), layout);
    auto run = [copies, reads, result, bytes = dtype_bytes(type.dtype), count = element_count(type.shape), filled = filled,
                bits = bits_of(type.dtype)](void* const* memory) {
      char* to = static_cast<char*>(memory[result]);
      if (filled) copy_kernels().fill(count, bytes, &bits, to);
      for (const Copy& copy : copies)
        copy_kernels().copy(copy.space, bytes, static_cast<const char*>(memory[reads[copy.operand]]) + copy.from * static_cast<int64_t>(bytes),
                            to + copy.to * static_cast<int64_t>(bytes));
    };
    lowering.add(reads, {result}, call_work(std::move(run)), layout.text());
  }

 private:
  // The block of channels to work in: the largest operand's, when all parts keep blocks together. 0: plain.
  int64_t block_of(const Lowering& lowering) const {
    const auto larger = [&](int a, int b) { return lowering.type(a).bytes() < lowering.type(b).bytes(); };
    const int64_t block = image_block(lowering.layout(*std::max_element(operands.begin(), operands.end(), larger)));
    if (block == 0) return 0;
    for (const auto* list : {&operands, &results})
      for (int value : *list)
        if (lowering.type(value).dtype != DType::f32 || !blocked_image(lowering.type(value).shape, block)) return 0;
    for (const Part& part : parts)
      for (int axis = 0; axis < static_cast<int>(part.moves.size()); ++axis)
        if (part.moves[axis].from_axis != axis || (axis == 3 && !part.moves[axis].respects(block))) return 0;
    return block;
  }

  // The element's bits in the first bytes.
  uint64_t bits_of(DType dtype) const {
    uint64_t bits = 0;
    const auto put = [&](auto element) { std::memcpy(&bits, &element, sizeof element); };
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

// All of an operand, to the beginning of the result.
Part whole(const Shape& shape, int operand = 0) {
  Part part;
  part.operand = operand;
  for (int axis = 0; axis < static_cast<int>(shape.size()); ++axis) part.moves.push_back({.from_axis = axis, .count = shape[axis]});
  return part;
}

KernelPtr claim_transpose(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  Part part = whole(graph.shape(kernel->results[0]));
  const std::vector<int64_t>& permutation = graph.instruction(index).integers("permutation");
  for (size_t axis = 0; axis < part.moves.size(); ++axis) part.moves[axis].from_axis = static_cast<int>(permutation[axis]);
  kernel->parts = {part};
  return kernel;
}

KernelPtr claim_slice(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  const Instruction& instruction = graph.instruction(index);
  Part part = whole(graph.shape(kernel->results[0]));
  for (size_t axis = 0; axis < part.moves.size(); ++axis) {
    part.moves[axis].from = instruction.integers("begin")[axis];
    part.moves[axis].from_step = instruction.integers("strides")[axis];
  }
  kernel->parts = {part};
  return kernel;
}

KernelPtr claim_reverse(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  Part part = whole(graph.shape(kernel->results[0]));
  for (int64_t axis : graph.instruction(index).integers("axes")) {
    part.moves[axis].from = std::max<int64_t>(part.moves[axis].count - 1, 0);
    part.moves[axis].from_step = -1;
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
    Part part = whole(shape, static_cast<int>(operand));
    part.moves[axis].to = offset;
    offset += shape[axis];
    if (element_count(shape) > 0) kernel->parts.push_back(part);
  }
  return kernel;
}

KernelPtr claim_pad(const ClaimGraph& graph, int index, std::string* refusal) {
  auto kernel = copy_kernel(graph, index, refusal);
  if (!kernel) return nullptr;
  const Instruction& instruction = graph.instruction(index);
  const Shape &x = graph.shape(kernel->operands[0]), &y = graph.shape(kernel->results[0]);
  const std::vector<int64_t>&before = instruction.integers("before"), &interior = instruction.integers("interior");
  kernel->filled = true;
  kernel->value = instruction.number("value");
  Part part = whole(x);
  // Along an axis, element i goes to before + i * step; those that fall inside the result are copied.
  for (size_t axis = 0; axis < part.moves.size(); ++axis) {
    Move& move = part.moves[axis];
    move.to_step = interior[axis] + 1;
    move.from = before[axis] < 0 ? (-before[axis] + move.to_step - 1) / move.to_step : 0;
    move.to = before[axis] + move.from * move.to_step;
    const int64_t room = y[axis] - move.to;
    move.count = std::min(x[axis] - move.from, room <= 0 ? 0 : (room + move.to_step - 1) / move.to_step);
    if (move.count <= 0) return kernel;  // nothing of x is left
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
    auto run = [outer = outer, axis = axis, inner = inner, count = count, x, indices, y, bytes](void* const* memory) {
      copy_kernels().gather(outer, axis, inner, bytes, memory[x], static_cast<const int32_t*>(memory[indices]), count, memory[y]);
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
