// What the kernel of pointwise groups reads: the tables of a launch, as plain data. The host fills them, native/cuda/pointwise_*.cpp.
#pragma once

#include <cstdint>

#include "cuda/kernels/divide.h"
#include "runtime/pointwise_group.h"

namespace laminet::cuda {

// One part of the way from an index to an offset: (index / divisor) % extent * stride.
struct PointwiseTerm {
  WideDivider divisor, extent_divider;
  int64_t extent = 0;  // 0: the quotient is below it anyway
  int64_t stride = 1;
};

// Where lanes come from or go to. Lanes are taken four (or two) neighbours at a time, from an index on that is a multiple of four.
struct PointwiseOperand {
  enum class Access : uint8_t {
    constant,   // `address` holds the bits of the lane
    dense,      // the offset is the index
    run,        // four lanes lie next to each other, aligned: the bias of a multiple of four channels
    repeat,     // four lanes are one element: a scalar
    scattered,  // every lane has its own offset
  };
  uint64_t address = 0;
  const PointwiseTerm* terms = nullptr;
  uint32_t term_count = 0;
  Access access = Access::dense;
  DType dtype = DType::f32;
};

// A step of a group. Its result goes to the next instruction, and further: into a slot, which later instructions read, and to an output.
struct alignas(16) PointwiseInstruction {
  static constexpr uint16_t kNone = 0xffff;
  static constexpr uint16_t kPrevious = 0xfffe;  // source: the result of the instruction before
  static constexpr uint16_t kSlot = 0x8000;      // source: kSlot + slot; below, it is an operand of the entry

  PointwiseStep::Kind kind = PointwiseStep::Kind::formula;
  Pointwise code = Pointwise::identity;
  DType operand_dtype = DType::f32;
  DType dtype = DType::f32;
  uint16_t sources[3] = {kNone, kNone, kNone};  // random: the operand that is its state; iota: one whose only term is the index
  uint16_t slot = kNone;
  uint16_t output = kNone;  // an operand of the entry
  uint16_t source_count = 0;
  uint64_t a = 0, b = 0;    // bits of the formula's attributes, or of low and high of random_uniform
  uint32_t stream = 0;      // random
};

// One group of a launch.
struct PointwiseEntry {
  int64_t elements = 0;
  uint32_t first_block = 0, blocks = 0;
  uint32_t first_instruction = 0, instructions = 0;
  uint32_t first_operand = 0;
};

struct PointwiseTables {
  const PointwiseEntry* entries = nullptr;
  const PointwiseInstruction* instructions = nullptr;
  const PointwiseOperand* operands = nullptr;
  const uint32_t* entry_of_block = nullptr;  // null: there is one entry
};

}  // namespace laminet::cuda
