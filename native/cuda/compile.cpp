#include "compile.h"

#include <algorithm>

#include "candidates.h"
#include "device.h"
#include "pointwise.h"
#include "runtime/cost.h"
#include "updates.h"

namespace laminet::cuda {

namespace {

class Compiler final : public Lowering {
 public:
  Compiler(const Program& program, DeviceState& state) : program_(program), state_(state) {
    for (const Type& type : program.types) compiled_.tensors.push_back({type});
    place_sources();
  }

  const Program& program() const override { return program_; }
  Context& context() override { return state_.context; }
  int tensor(int value) const override { return value; }

  int scratch(size_t bytes) override {
    compiled_.tensors.push_back({{DType::u8, {static_cast<int64_t>(bytes)}}});
    return static_cast<int>(compiled_.tensors.size()) - 1;
  }

  std::shared_ptr<DeviceMemory> keep(size_t bytes) override {
    compiled_.kept.push_back(std::make_shared<DeviceMemory>(state_.account, bytes, "a table of a program"));
    return compiled_.kept.back();
  }

  void add(const Instruction& instruction, Step step, std::unique_ptr<Work> work) override {
    std::vector<int> writes = instruction.results;
    writes.insert(writes.end(), step.scratch.begin(), step.scratch.end());
    compiled_.steps.push_back({std::move(step.name), std::move(step.detail), instruction.layer, flops_of(program_, instruction),
                               instruction.operands, std::move(writes), std::move(work)});
  }

  Compiled compile() {
    std::vector<bool> claimed;
    for (const Instruction& instruction : program_.instructions)
      claimed.push_back(is_pointwise(instruction) || is_pointwise_source(instruction));
    groups_ = form_pointwise_groups(program_, claimed);
    for (const ScheduleEntry& entry : schedule_with_groups(program_, claimed, groups_)) {
      if (entry.group >= 0) add_to_batch(groups_[entry.group]);
      else lower(program_.instructions[entry.instruction]);
    }
    end_batch();
    assign_updates(program_, elementwise_, compiled_);
    return std::move(compiled_);
  }

 private:
  void place_sources() {
    const auto place = [&](int value, Storage storage, size_t index) {
      compiled_.tensors[value].storage = storage;
      compiled_.tensors[value].index = static_cast<int>(index);
    };
    for (size_t i = 0; i < program_.inputs.size(); ++i) place(program_.inputs[i], Storage::input, i);
    for (size_t i = 0; i < program_.variables.size(); ++i) place(program_.variables[i], Storage::variable, i);
    for (const Instruction& instruction : program_.instructions)
      if (instruction.op == "constant") place(instruction.results[0], Storage::constant, static_cast<size_t>(instruction.number("index")));
  }

  void lower(const Instruction& instruction) {
    if (instruction.op == "input" || instruction.op == "variable" || instruction.op == "constant") return;
    if (instruction.op == "reshape") {  // another name for the same memory
      Tensor& result = compiled_.tensors[instruction.results[0]];
      result.storage = Storage::alias;
      result.index = instruction.operands[0];
      return;
    }
    if (reads_batch(instruction.operands)) end_batch();
    lower_instruction(*this, instruction);
  }

  bool reads_batch(const std::vector<int>& operands) const {
    return std::any_of(operands.begin(), operands.end(), [&](int operand) {
      const int root = root_of(compiled_.tensors, operand);
      return std::find(batch_outputs_.begin(), batch_outputs_.end(), root) != batch_outputs_.end();
    });
  }

  // Groups wait for each other, so that what is independent becomes one launch: above all the optimizer's updates.
  void add_to_batch(const PointwiseGroup& group) {
    if (reads_batch(group.operands)) end_batch();
    batch_.push_back(&group);
    batch_outputs_.insert(batch_outputs_.end(), group.outputs.begin(), group.outputs.end());
  }

  void end_batch() {
    if (batch_.empty()) return;
    const std::vector<const PointwiseGroup*> groups = std::exchange(batch_, {});
    batch_outputs_.clear();
    CompiledStep step;
    step.name = groups.size() == 1 ? groups.front()->name() : std::to_string(groups.size()) + " pointwise groups";
    step.layer = program_.instructions[groups.front()->instructions.front()].layer;
    for (const PointwiseGroup* group : groups) {
      step.detail += (step.detail.empty() ? "" : ", ") + group->name();
      step.reads.insert(step.reads.end(), group->operands.begin(), group->operands.end());
      step.writes.insert(step.writes.end(), group->outputs.begin(), group->outputs.end());
    }
    step.work = pointwise_work(*this, groups);
    const int index = static_cast<int>(compiled_.steps.size());
    for (const PointwiseGroup* group : groups)
      for (const int output : group->outputs) elementwise_.push_back({index, output, group});
    compiled_.steps.push_back(std::move(step));
  }

  const Program& program_;
  DeviceState& state_;
  Compiled compiled_;
  std::vector<PointwiseGroup> groups_;
  std::vector<const PointwiseGroup*> batch_;
  std::vector<int> batch_outputs_;
  std::vector<ElementwiseOutput> elementwise_;
};

}  // namespace

int root_of(const std::vector<Tensor>& tensors, int tensor) {
  while (tensors[tensor].storage == Storage::alias) tensor = tensors[tensor].index;
  return tensor;
}

Compiled compile(const Program& program, DeviceState& state) { return Compiler(program, state).compile(); }

}  // namespace laminet::cuda
