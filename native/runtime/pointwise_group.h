// Fusion of pointwise instructions (DESIGN 4): which of them run as one loop over one iteration shape, and the expression of that
// loop as flat code over registers. Backend-agnostic: a backend claims instructions, evaluates groups, and schedules the rest.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "pointwise.h"
#include "program.h"

namespace laminet {

// The op is in "Pointwise" of OPS.md (pointwise.h, and cast): one result, operands broadcast to its shape.
bool is_pointwise(const Instruction& instruction);
// fill, iota, random_uniform, random_normal: copied into every group that reads them, so that nothing of them is stored.
bool is_pointwise_source(const Instruction& instruction);

// result register = operation (operand registers).
struct PointwiseStep {
  enum class Kind : uint8_t { formula, cast, iota, random_uniform, random_normal };
  Kind kind = Kind::formula;
  Pointwise code = Pointwise::identity;  // formula; identity and broadcast appear only where an output is a mere copy
  DType operand_dtype = DType::f32;      // of the lanes read (select: of its second operand); of the result for iota and random
  DType dtype = DType::f32;              // of the result
  int operand_count = 0;
  std::array<int, 3> operands = {-1, -1, -1};  // registers
  int result = -1;                             // register
  double a = 0, b = 0;                         // the formula's attributes; random_uniform: low and high
  uint32_t stream = 0;                         // random
  int state = -1;                              // random: index into PointwiseGroup::operands
  int64_t stride = 1, extent = 1;              // iota: (plain index / stride) % extent
  int instruction = -1;                        // index into Program::instructions
  const char* name() const;
};

// Registers are numbered: outside operands, then constants, then temporaries (reused when dead; an output's register is never reused).
// Lanes of bf16 and f16 are floats whose value is one of that type: a step computes in float and rounds its result (float16.h), which
// gives the bits of one instruction after the other. Constants are rounded already.
struct PointwiseGroup {
  struct Constant {
    DType dtype = DType::f32;
    double value = 0;
  };
  Shape shape;                          // of the iteration: every output has it
  std::vector<int> operands;            // value ids read from memory: first `elementwise` that broadcast to `shape`,
  int elementwise = 0;                  // then random states, read whole (i32[2])
  std::vector<int> outputs;             // value ids, dense over `shape`
  std::vector<Constant> constants;
  std::vector<PointwiseStep> steps;
  std::vector<int> output_registers;    // by output; each is the result of exactly one step
  int registers = 0;
  std::vector<int> instructions;        // members, ascending (copied sources are not members)
  // Lanes where every operand of more than one element is zero give zero in every output, whatever the one-element operands hold:
  // the padding of a blocked layout stays zero.
  bool preserves_zero = false;

  int constant_register(int index) const { return elementwise + index; }
  int first_temporary() const { return elementwise + static_cast<int>(constants.size()); }
  std::string name() const;                         // "mul+add+relu", shortened
  std::string text(const Program& program) const;   // one line a step, for dumps
};

struct PointwiseLimits {
  int steps = 96;
  int operands = 24;
  int outputs = 12;
};

// Groups of the instructions i with claimed[i] (pointwise or sources; others are ignored). Every claimed pointwise instruction whose value
// somebody needs ends in exactly one group, unless it is only read by groups that recompute it from sources. A source that an
// unclaimed instruction, an update or a return reads gets its own group. No cycle arises between groups and the other instructions.
std::vector<PointwiseGroup> form_pointwise_groups(const Program& program, const std::vector<bool>& claimed,
                                                  const PointwiseLimits& limits = {});

// One entry of an order of execution: a group, or an instruction that is in none.
struct ScheduleEntry {
  int group = -1;
  int instruction = -1;
};

// A topological order of groups and the unclaimed instructions, close to the order of the listing.
std::vector<ScheduleEntry> schedule_with_groups(const Program& program, const std::vector<bool>& claimed,
                                                const std::vector<PointwiseGroup>& groups);

}  // namespace laminet
