#include "pointwise_code.h"

#include <algorithm>
#include <bit>

namespace laminet::cuda {
namespace {

// An instruction, before it is decided where its result is kept.
struct Draft {
  PointwiseInstruction code;
  struct Source {
    bool drafted;  // by an instruction; else an operand of the entry
    int index;
  };
  std::vector<Source> sources;
  int output = -1;
};

class Translation {
 public:
  explicit Translation(const PointwiseGroup& group) : group_(group), register_(static_cast<size_t>(group.registers)) {
    for (int i = 0; i < group.first_temporary(); ++i) register_[i] = {false, i < group.elementwise ? i : constant(i - group.elementwise)};
  }

  PointwiseCode translate() {
    choose_set();
    for (const PointwiseStep& step : group_.steps) draft(step);
    defer_stores();
    keep_results();
    return std::move(code_);
  }

 private:
  int operand_count() const { return static_cast<int>(group_.operands.size()); }
  int constant(int index) const { return operand_count() + index; }
  int output(int index) const { return constant(static_cast<int>(group_.constants.size())) + index; }
  int axis(int index) const { return output(static_cast<int>(group_.outputs.size())) + index; }

  void choose_set() {
    for (const PointwiseStep& step : group_.steps) {
      const bool float64 = step.dtype == DType::f64 || step.operand_dtype == DType::f64;
      const bool heavy = step.kind == PointwiseStep::Kind::formula ? is_heavy(step.code) : step.kind == PointwiseStep::Kind::random_normal;
      code_.set = std::max(code_.set, float64 ? PointwiseSet::float64 : heavy ? PointwiseSet::full : PointwiseSet::light);
    }
  }

  void draft(const PointwiseStep& step) {
    Draft draft;
    draft.code.kind = step.kind;
    draft.code.code = step.code;
    draft.code.operand_dtype = step.operand_dtype;
    draft.code.dtype = step.dtype;
    draft.code.a = lane_bits(step.operand_dtype, step.a);
    draft.code.b = lane_bits(step.operand_dtype, step.b);
    draft.code.stream = step.stream;
    if (step.kind == PointwiseStep::Kind::iota) {
      draft.sources = {{false, axis(static_cast<int>(code_.iotas.size()))}};
      code_.iotas.push_back(static_cast<int>(&step - group_.steps.data()));
    } else if (step.state >= 0) {
      draft.sources = {{false, step.state}};
    } else {
      for (int k = 0; k < step.operand_count; ++k) draft.sources.push_back(resolve(step, k));
    }
    const auto found = std::find(group_.output_registers.begin(), group_.output_registers.end(), step.result);
    if (found != group_.output_registers.end()) draft.output = output(static_cast<int>(found - group_.output_registers.begin()));
    drafts_.push_back(std::move(draft));
    register_[step.result] = {true, static_cast<int>(drafts_.size()) - 1};
  }

  // An operand that is read more than once is loaded by an instruction of its own.
  Draft::Source resolve(const PointwiseStep& step, int k) {
    Draft::Source& source = register_[step.operands[k]];
    if (!source.drafted && source.index < group_.elementwise && reads(step.operands[k]) > 1) {
      const bool condition = step.code == Pointwise::select && step.kind == PointwiseStep::Kind::formula && k == 0;
      add_move(source, condition ? DType::boolean : step.operand_dtype, -1);
      source = {true, static_cast<int>(drafts_.size()) - 1};
    }
    return source;
  }

  int reads(int operand) const {
    int count = 0;
    for (const PointwiseStep& step : group_.steps) {
      for (int k = 0; k < step.operand_count; ++k) count += step.operands[k] == operand ? 1 : 0;
    }
    return count;
  }

  void add_move(Draft::Source source, DType dtype, int output) {
    Draft draft;
    draft.code.operand_dtype = draft.code.dtype = dtype;
    draft.sources = {source};
    draft.output = output;
    drafts_.push_back(std::move(draft));
  }

  // An output may lie where an operand does, so nothing is stored before the last operand is read.
  void defer_stores() {
    const auto lies_in_memory = [&](const Draft::Source& source) { return !source.drafted && source.index < operand_count(); };
    const auto reads_memory = [&](const Draft& draft) { return std::any_of(draft.sources.begin(), draft.sources.end(), lies_in_memory); };
    const auto last = std::find_if(drafts_.rbegin(), drafts_.rend(), reads_memory);
    const auto first_free = static_cast<int>(drafts_.rend() - last) - 1;  // it stores after it has read
    for (int i = 0; i < first_free; ++i) {
      if (drafts_[i].output < 0) continue;
      add_move({true, i}, drafts_[i].code.dtype, drafts_[i].output);
      drafts_[i].output = -1;
    }
  }

  // Results pass to the next instruction by themselves; those that are read later take a slot until then.
  void keep_results() {
    const int count = static_cast<int>(drafts_.size());
    std::vector<int> last_read(drafts_.size(), -1);
    for (int i = 0; i < count; ++i) {
      for (const Draft::Source& source : drafts_[i].sources) {
        if (source.drafted && source.index + 1 < i) last_read[source.index] = i;
      }
    }
    std::vector<int> busy_until;  // by slot
    for (int i = 0; i < count; ++i) {
      Draft& draft = drafts_[i];
      draft.code.source_count = static_cast<uint16_t>(draft.sources.size());
      for (size_t k = 0; k < draft.sources.size(); ++k) draft.code.sources[k] = encode(draft.sources[k], i);
      if (last_read[i] >= 0) {
        const auto free = std::find_if(busy_until.begin(), busy_until.end(), [&](int until) { return until <= i; });
        draft.code.slot = static_cast<uint16_t>(free - busy_until.begin());
        if (free == busy_until.end()) busy_until.push_back(last_read[i]);
        else *free = last_read[i];
      }
      if (draft.output >= 0) draft.code.output = static_cast<uint16_t>(draft.output);
      code_.instructions.push_back(draft.code);
    }
    code_.slots = static_cast<int>(busy_until.size());
  }

  uint16_t encode(const Draft::Source& source, int reader) const {
    if (!source.drafted) return static_cast<uint16_t>(source.index);
    if (source.index + 1 == reader) return PointwiseInstruction::kPrevious;
    return static_cast<uint16_t>(PointwiseInstruction::kSlot + drafts_[source.index].code.slot);
  }

  const PointwiseGroup& group_;
  std::vector<Draft::Source> register_;  // what a register of the group holds
  std::vector<Draft> drafts_;
  PointwiseCode code_;
};

}  // namespace

PointwiseCode translate(const PointwiseGroup& group) { return Translation(group).translate(); }

uint64_t lane_bits(DType dtype, double value) {
  switch (dtype) {
    case DType::f64: return std::bit_cast<uint64_t>(value);
    case DType::i32: return static_cast<uint32_t>(math::convert<int32_t>(value));
    case DType::u8: return math::convert<uint8_t>(value);
    case DType::boolean: return value != 0 ? 1 : 0;
    default: return std::bit_cast<uint32_t>(math::convert<float>(value));
  }
}

}  // namespace laminet::cuda
