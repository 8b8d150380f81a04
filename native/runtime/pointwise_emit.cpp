// From members to flat code: operands, constants, steps, and registers that are reused as soon as they are dead.
#include <algorithm>
#include <bit>
#include <map>

#include "pointwise_formation.h"

namespace laminet {
namespace {

class Emission {
 public:
  Emission(const Program& program, const PointwiseRoles& roles, PointwiseGroup& group)
      : program_(program), roles_(roles), group_(group) {}

  void emit() {
    for (const int member : group_.instructions) {
      const int value = program_.instructions[member].results.front();
      const auto output = std::find(group_.outputs.begin(), group_.outputs.end(), value);
      sources_[value] = emit_instruction(member, output != group_.outputs.end());
    }
    group_.elementwise = static_cast<int>(group_.operands.size());
    group_.operands.insert(group_.operands.end(), states_.begin(), states_.end());
    for (PointwiseStep& step : group_.steps) {
      if (step.state >= 0) step.state += group_.elementwise;
    }
    allocate_registers();
  }

 private:
  // Where a lane comes from, before registers are numbered.
  struct Source {
    enum class Kind { operand, constant, step } kind;
    int index;
  };

  Source emit_instruction(int index, bool output) {
    const Instruction& instruction = program_.instructions[index];
    PointwiseStep step;
    step.instruction = index;
    step.dtype = step.operand_dtype = program_.type(instruction.results.front()).dtype;
    std::vector<Source> operands;
    if (instruction.op == "fill") {
      const Source constant = add_constant({step.dtype, instruction.number("value")});
      if (!output) return constant;
      operands = {constant};
    } else if (is_pointwise_source(instruction)) {
      if (!describe_source(instruction, step)) {
        const Source zero = add_constant({step.dtype, 0});
        if (!output) return zero;
        operands = {zero};
      }
    } else {
      for (const int operand : instruction.operands) operands.push_back(resolve(operand));
      step.operand_dtype = program_.type(instruction.operands.back()).dtype;
      if (instruction.op == "cast") {
        step.kind = PointwiseStep::Kind::cast;
      } else {
        step.code = static_cast<Pointwise>(find_pointwise(instruction.op));
        const auto attributes = pointwise_attributes<double>(instruction, static_cast<int>(step.code));
        step.a = attributes[0], step.b = attributes[1];
        if (!output && (step.code == Pointwise::identity || step.code == Pointwise::broadcast)) return operands.front();
      }
    }
    return add_step(step, operands);
  }

  // False: the element is always 0, an index along an axis of one element.
  bool describe_source(const Instruction& instruction, PointwiseStep& step) {
    if (instruction.op == "iota") {
      const Shape& own = program_.type(instruction.results.front()).shape;
      const auto axis = static_cast<size_t>(instruction.number("axis")) + group_.shape.size() - own.size();
      if (own[axis - (group_.shape.size() - own.size())] == 1) return false;
      step.kind = PointwiseStep::Kind::iota;
      step.extent = group_.shape[axis];
      for (size_t inner = axis + 1; inner < group_.shape.size(); ++inner) step.stride *= group_.shape[inner];
      return true;
    }
    step.stream = static_cast<uint32_t>(instruction.number("stream"));
    const int state = instruction.operands.front();
    const auto known = std::find(states_.begin(), states_.end(), state);
    step.state = static_cast<int>(known - states_.begin());
    if (known == states_.end()) states_.push_back(state);
    step.kind = instruction.op == "random_uniform" ? PointwiseStep::Kind::random_uniform : PointwiseStep::Kind::random_normal;
    if (step.kind == PointwiseStep::Kind::random_uniform) step.a = instruction.number("low"), step.b = instruction.number("high");
    return true;
  }

  Source resolve(int value) {
    const auto known = sources_.find(value);
    if (known != sources_.end()) return known->second;
    const int producer = program_.producers[value];
    if (roles_.copied[producer]) return sources_[value] = emit_instruction(producer, false);
    group_.operands.push_back(value);
    return sources_[value] = Source{Source::Kind::operand, static_cast<int>(group_.operands.size()) - 1};
  }

  Source add_constant(PointwiseGroup::Constant constant) {
    constant.value = round_to(constant.dtype, constant.value);
    const auto same = [&](const PointwiseGroup::Constant& other) {
      return other.dtype == constant.dtype && std::bit_cast<uint64_t>(other.value) == std::bit_cast<uint64_t>(constant.value);
    };
    const auto known = std::find_if(group_.constants.begin(), group_.constants.end(), same);
    const auto index = static_cast<int>(known - group_.constants.begin());
    if (known == group_.constants.end()) group_.constants.push_back(constant);
    return {Source::Kind::constant, index};
  }

  Source add_step(PointwiseStep& step, const std::vector<Source>& operands) {
    step.operand_count = static_cast<int>(operands.size());
    group_.steps.push_back(step);
    step_operands_.push_back(operands);
    return {Source::Kind::step, static_cast<int>(group_.steps.size()) - 1};
  }

  void allocate_registers() {
    find_lifetimes();
    std::vector<int> free;
    group_.registers = group_.first_temporary();
    for (int s = 0; s < static_cast<int>(group_.steps.size()); ++s) {
      PointwiseStep& step = group_.steps[s];
      for (int k = 0; k < step.operand_count; ++k) step.operands[k] = number(step_operands_[s][k]);
      // A step may write over an operand that dies in it, lane by lane, when their lanes have one size.
      const std::vector<int> dying = dying_registers(s);
      const bool in_place = has_one_size(s);
      if (in_place) free.insert(free.end(), dying.begin(), dying.end());
      if (output_[s] || free.empty()) {
        step.result = group_.registers++;
      } else {
        step.result = free.back();
        free.pop_back();
      }
      if (!in_place) free.insert(free.end(), dying.begin(), dying.end());
      if (!output_[s] && last_use_[s] < 0) free.push_back(step.result);
    }
    for (const int value : group_.outputs) group_.output_registers.push_back(group_.steps[sources_.at(value).index].result);
  }

  void find_lifetimes() {
    last_use_.assign(group_.steps.size(), -1);
    for (size_t s = 0; s < group_.steps.size(); ++s) {
      for (const Source& source : step_operands_[s]) {
        if (source.kind == Source::Kind::step) last_use_[source.index] = static_cast<int>(s);
      }
    }
    output_.assign(group_.steps.size(), false);
    for (const int value : group_.outputs) output_[sources_.at(value).index] = true;
  }

  std::vector<int> dying_registers(int s) const {
    std::vector<int> dying;
    for (const Source& source : step_operands_[s]) {
      if (source.kind != Source::Kind::step || output_[source.index] || last_use_[source.index] != s) continue;
      const int dead = group_.steps[source.index].result;
      if (std::find(dying.begin(), dying.end(), dead) == dying.end()) dying.push_back(dead);
    }
    return dying;
  }

  bool has_one_size(int s) const {
    return std::all_of(step_operands_[s].begin(), step_operands_[s].end(), [&](const Source& source) {
      return source.kind != Source::Kind::step ||
             dtype_bytes(group_.steps[source.index].dtype) == dtype_bytes(group_.steps[s].dtype);
    });
  }

  int number(const Source& source) const {
    switch (source.kind) {
      case Source::Kind::operand: return source.index;
      case Source::Kind::constant: return group_.constant_register(source.index);
      default: return group_.steps[source.index].result;
    }
  }

  const Program& program_;
  const PointwiseRoles& roles_;
  PointwiseGroup& group_;
  std::vector<int> states_;
  std::map<int, Source> sources_;  // by value
  std::vector<std::vector<Source>> step_operands_;
  std::vector<int> last_use_;  // by step; -1: nobody's
  std::vector<bool> output_;   // by step
};

}  // namespace

void emit_pointwise_group(const Program& program, const PointwiseRoles& roles, PointwiseGroup& group) {
  Emission(program, roles, group).emit();
}

}  // namespace laminet
