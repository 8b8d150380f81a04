#include "kernels_of_groups.h"

#include <algorithm>

#include "runtime/pointwise_group.h"
#include "iteration.h"
#include "lowering.h"

namespace laminet::cpu {

namespace {

class PointwiseWork : public Work {
 public:
  PointwiseWork(PointwiseKernel kernel, std::vector<int> reads, std::vector<int> writes)
      : kernel_(std::move(kernel)), reads_(std::move(reads)), writes_(std::move(writes)), operands_(reads_.size()), outputs_(writes_.size()) {}

  void run(void* const* memory) override {
    for (size_t i = 0; i < reads_.size(); ++i) operands_[i] = memory[reads_[i]];
    for (size_t i = 0; i < writes_.size(); ++i) outputs_[i] = memory[writes_[i]];
    kernel_.run(operands_, outputs_);
  }

 private:
  PointwiseKernel kernel_;
  std::vector<int> reads_, writes_;
  std::vector<const void*> operands_;
  std::vector<void*> outputs_;
};

class GroupKernel : public Kernel {
 public:
  explicit GroupKernel(PointwiseGroup group) : group_(std::move(group)) {}

  bool accepts(const Lowering& lowering, const Layout& layout) const override {
    return iteration_space(lowering.program(), group_, layout).has_value();
  }

  void lower(Lowering& lowering) const override {
    const Layout layout = choose_layout(lowering);
    std::vector<int> reads, writes;
    for (int index = 0; index < static_cast<int>(operands.size()); ++index) {
      const int value = operands[index];
      const bool follows = follows_layout(lowering.program(), group_, index);
      reads.push_back(follows ? lowering.use(value, layout.with_dtype(lowering.type(value).dtype)) : lowering.use_plain(value));
    }
    std::vector<std::pair<int, int>> in_place;
    for (int value : results) {
      writes.push_back(lowering.define(value, layout.with_dtype(lowering.type(value).dtype)));
      for (int index = 0; index < group_.elementwise; ++index)
        if (lowering.type(value).bytes() == lowering.type(operands[index]).bytes() && same_places(lowering, index))
          in_place.emplace_back(writes.back(), reads[index]);
    }
    PointwiseKernel kernel(group_, *iteration_space(lowering.program(), group_, layout));
    lowering.add(reads, writes, std::make_unique<PointwiseWork>(std::move(kernel), reads, writes), layout.text(), std::move(in_place));
    if (std::optional<Slicing> slices = slicing(lowering, layout, reads, writes)) lowering.slice(std::move(*slices));
  }

 private:
  // Of images whose other operands have no batch, and without random numbers, which depend on the place in the whole batch.
  std::optional<Slicing> slicing(const Lowering& lowering, const Layout& layout, const std::vector<int>& reads,
                                 const std::vector<int>& writes) const {
    if (group_.shape.size() != 4 || group_.shape[0] < 2) return std::nullopt;
    const bool placeless = std::all_of(group_.steps.begin(), group_.steps.end(), [](const PointwiseStep& step) {
      return step.kind == PointwiseStep::Kind::formula || step.kind == PointwiseStep::Kind::cast;
    });
    IterationSpace space = *iteration_space(lowering.program(), group_, layout);
    if (!placeless || space.logical_strides.front() != element_count(group_.shape) / group_.shape[0]) return std::nullopt;
    Slicing result{group_.shape[0], writes};
    for (int index = 0; index < group_.elementwise; ++index) {
      if (follows_layout(lowering.program(), group_, index)) result.images.push_back(reads[index]);
      else if (space.operand_strides[index].front() != 0) return std::nullopt;
    }
    result.make = [group = group_, space, reads, writes](Library&, int64_t images) -> std::unique_ptr<SliceWork> {
      PointwiseGroup some = group;
      IterationSpace part = space;
      some.shape[0] = part.extents.front() = images;
      return slice_work([work = std::make_shared<PointwiseWork>(PointwiseKernel(some, part), reads, writes)](const Slice& slice) {
        work->run(slice.memory);
      });
    };
    return result;
  }

  bool same_places(const Lowering& lowering, int operand) const {
    return follows_layout(lowering.program(), group_, operand) || element_count(group_.shape) == 1;
  }

  // That of most bytes among the operands of the full shape; a variable that is updated counts most, since converting it would cost twice.
  Layout choose_layout(const Lowering& lowering) const {
    const Type plain_type{DType::f32, group_.shape};
    Layout best = Layout::plain(plain_type);
    size_t best_weight = 0;
    for (int index = 0; index < group_.elementwise; ++index) {
      if (!follows_layout(lowering.program(), group_, index)) continue;
      const Layout layout = lowering.layout(operands[index]).with_dtype(DType::f32);
      const size_t weight = weight_of(lowering, layout);
      if (weight <= best_weight || !accepts(lowering, layout)) continue;
      best = layout;
      best_weight = weight;
    }
    const bool free = best_weight == 0;
    if (const auto usual = lowering.usual_layout(group_.shape); free && usual && accepts(lowering, *usual)) return *usual;
    return best;
  }

  size_t weight_of(const Lowering& lowering, const Layout& layout) const {
    size_t weight = layout.is_plain() ? 0 : 1;  // of equal weights the blocked one: its readers are convolutions
    for (int index = 0; index < group_.elementwise; ++index) {
      const int value = operands[index];
      if (!follows_layout(lowering.program(), group_, index) || !(lowering.layout(value).with_dtype(DType::f32) == layout)) continue;
      const int variable = lowering.graph.variable_of(value);
      weight += lowering.type(value).bytes() * (variable >= 0 && lowering.graph.updated(variable) ? 100 : 1);
    }
    return weight;
  }

  PointwiseGroup group_;
};

}  // namespace

std::vector<KernelPtr> group_kernels(const Graph& graph, const std::vector<bool>& pointwise) {
  std::vector<KernelPtr> kernels;
  for (PointwiseGroup& group : form_pointwise_groups(graph.program, pointwise)) {
    const std::vector<int> outputs = group.outputs, operands = group.operands, instructions = group.instructions;
    const std::string name = group.name();
    auto kernel = std::make_unique<GroupKernel>(std::move(group));
    kernel->name = name;
    kernel->instructions = instructions;
    kernel->operands = operands;
    kernel->results = outputs;
    for (int index : instructions)
      if (kernel->layer.empty()) kernel->layer = graph.instruction(index).layer;
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

}  // namespace laminet::cpu
