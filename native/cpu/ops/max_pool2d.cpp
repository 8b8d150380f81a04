// Max pooling through own kernels, in the blocked layout that the image has, else channels last. One that is differentiated leaves the places
// of its maxima, a byte each, which its backward kernel reads instead of x and y.
#include "max_pool2d.h"

#include "cpu/call_work.h"
#include "cpu/claims.h"

namespace laminet::cpu {

namespace {

PoolAxis pool_axis(const WindowAxis& axis) {
  return {.input = axis.input, .output = axis.output, .window = axis.window, .stride = axis.stride, .before = axis.before};
}

}  // namespace

Pooling Pooling::from(const Instruction& instruction, const Layout& image, const Shape& x, const Shape& y) {
  const WindowGeometry geometry = pool_geometry(instruction, x);
  const int64_t block = image_block(image);
  Pooling result;
  result.shape.rows = pool_axis(geometry.rows);
  result.shape.columns = pool_axis(geometry.columns);
  result.shape.lanes = block == 0 ? x[3] : block;
  result.shape.images = block == 0 ? x[0] : x[0] * ((x[3] + block - 1) / block);
  result.source = image_with_block(x, block);
  result.destination = image_with_block(y, block);
  return result;
}

MaxPoolShape Pooling::slice(int64_t images) const {
  MaxPoolShape some = shape;
  some.images = shape.images / source.dims()[0] * images;
  return some;
}

std::string refusal_of_max_pool(const ClaimGraph& graph, const Instruction& instruction, int x) {
  if (!graph.is_f32(x)) return "float32 only";
  if (element_count(graph.shape(x)) == 0) return "a tensor without elements";
  const std::vector<int64_t>& window = instruction.integers("poolSize");
  if (window[0] * window[1] > kMostPoolTaps) return "windows of more than 255 cells";
  return {};
}

namespace {

template <typename T>
T* at(void* const* memory, int tensor) {
  return static_cast<T*>(memory[tensor]);
}

// `run(shape, memory)` for the whole batch.
template <typename Run>
std::unique_ptr<Work> whole_work(const Pooling& pooling, const Run& run) {
  return call_work([shape = pooling.shape, run](void* const* memory) { run(shape, memory); });
}

// `run(shape, memory)` for slices of the batch.
template <typename Run>
Slicing slicing(const Pooling& pooling, std::vector<int> images, const Run& run) {
  const int64_t batch = pooling.source.dims()[0];
  return {batch, std::move(images), [pooling, run](Library&, int64_t count) {
            return slice_work([some = pooling.slice(count), run](const Slice& slice) { run(some, slice.memory); });
          }};
}

// Adds the pooling of x into the tensor `y`; the places go to a new tensor, which it returns, when a gradient follows.
int add_pooling(Lowering& lowering, const Pooling& pooling, int x, int y, bool keeps_places) {
  std::vector<int> writes{y};
  if (keeps_places) writes.push_back(lowering.scratch(pooling.places(), "places"));
  const int source = lowering.use(x, pooling.source);
  auto run = [source, writes](const MaxPoolShape& shape, void* const* memory) {
    max_pool_kernels().forward(shape, at<const float>(memory, source), at<float>(memory, writes[0]),
                               writes.size() > 1 ? at<uint8_t>(memory, writes[1]) : nullptr);
  };
  lowering.add({source}, writes, whole_work(pooling, run), pooling.source.text());
  std::vector<int> images = writes;
  images.push_back(source);
  lowering.slice(slicing(pooling, std::move(images), run));
  return keeps_places ? writes[1] : -1;
}

class MaxPoolForward : public Kernel {
 public:
  const Instruction* instruction = nullptr;
  bool keeps_places = false;

  void lower(Lowering& lowering) const override {
    const int x = operands[0], y = results[0];
    const Pooling pooling = Pooling::from(*instruction, lowering.layout(x), lowering.type(x).shape, lowering.type(y).shape);
    const int places = add_pooling(lowering, pooling, x, lowering.define(y, pooling.destination), keeps_places);
    if (keeps_places) lowering.poolings.insert_or_assign(y, SavedPooling{pooling.source, places});
  }
};

class MaxPoolBackward : public Kernel {
 public:
  const Instruction* instruction = nullptr;
  int x = -1, y = -1, gradient = -1;

  void lower(Lowering& lowering) const override {
    if (!lowering.poolings.contains(y)) run_forward(lowering);
    const SavedPooling saved = lowering.poolings.at(y);
    const Pooling pooling = Pooling::from(*instruction, saved.image, lowering.type(x).shape, lowering.type(y).shape);
    const int dy = lowering.use(gradient, pooling.destination), dx = lowering.define(results[0], pooling.source);
    auto run = [places = saved.places, dy, dx](const MaxPoolShape& shape, void* const* memory) {
      max_pool_kernels().backward(shape, at<const uint8_t>(memory, places), at<const float>(memory, dy), at<float>(memory, dx));
    };
    lowering.add({saved.places, dy}, {dx}, whole_work(pooling, run), pooling.source.text());
    Slicing slices = slicing(pooling, {saved.places, dy, dx}, run);
    slices.cheap = true;
    lowering.slice(std::move(slices));
  }

 private:
  // The forward pooling is not in this program: once more, for the places alone.
  void run_forward(Lowering& lowering) const {
    const Pooling pooling = Pooling::from(*instruction, lowering.layout(x), lowering.type(x).shape, lowering.type(y).shape);
    const int places = add_pooling(lowering, pooling, x, lowering.temporary(pooling.destination, "pooled"), true);
    lowering.poolings.insert_or_assign(y, SavedPooling{pooling.source, places});
  }
};

bool differentiated(const ClaimGraph& graph, const Instruction& instruction) {
  for (const int reader : graph.readers(instruction.results.front())) {
    const Instruction& backward = graph.instruction(reader);
    if (backward.op == "max_pool2d_backward" && backward.operands[1] == instruction.results.front()) return true;
  }
  return false;
}

KernelPtr claim_forward(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  *refusal = refusal_of_max_pool(graph, instruction, instruction.operands[0]);
  if (!refusal->empty()) return nullptr;
  auto kernel = std::make_unique<MaxPoolForward>();
  kernel->instruction = &instruction;
  kernel->keeps_places = differentiated(graph, instruction);
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  return kernel;
}

KernelPtr claim_backward(const ClaimGraph& graph, int index, std::string* refusal) {
  const Instruction& instruction = graph.instruction(index);
  *refusal = refusal_of_max_pool(graph, instruction, instruction.operands[0]);
  if (!refusal->empty()) return nullptr;
  auto kernel = std::make_unique<MaxPoolBackward>();
  kernel->instruction = &instruction;
  kernel->x = instruction.operands[0];
  kernel->y = instruction.operands[1];
  kernel->gradient = instruction.operands[2];
  kernel->instructions = {index};
  kernel->operands = instruction.operands;
  kernel->results = instruction.results;
  const Instruction& forward = graph.program.producer(kernel->y);
  const bool same = forward.op == "max_pool2d" && forward.operands[0] == kernel->x && forward.attributes == instruction.attributes;
  if (same) kernel->operands = {kernel->y, kernel->gradient};  // x is not read: it may die early
  return kernel;
}

const Candidate max_pool2d{"max_pool2d", Pass::single, claim_forward};
const Candidate max_pool2d_backward{"max_pool2d_backward", Pass::single, claim_backward};

}  // namespace

}  // namespace laminet::cpu
