// Pointwise groups: every thread runs the instructions of its block's group on lanes of its own. All threads of a block take the same way
// through the code, so that decoding an instruction is shared by four elements and costs no divergence.
#pragma once

#include "cuda/kernels/pointwise_numbers.h"

namespace laminet::cuda {

struct PointwiseArguments {
  Global<const PointwiseEntry> entries;
  Global<const PointwiseInstruction> instructions;
  Global<const PointwiseOperand> operands;
  Global<const uint32_t> entry_of_block;
  bool one_entry;
};

// Runs the instructions of `entry` on the lanes of one thread, from element `index` on. Slots are this thread's: kThreads apart.
template <PointwiseSet set, int kThreads, typename Slots>
__device__ inline void run_instructions(const PointwiseArguments& at, const PointwiseEntry& entry, int64_t index, Slots slots) {
  using Word = typename PointwiseFormulas<set>::Word;
  using Kind = PointwiseStep::Kind;
  constexpr int kLanes = PointwiseFormulas<set>::kLanes;
  const int count = entry.elements - index < kLanes ? static_cast<int>(entry.elements - index) : kLanes;
  Lanes<Word> previous{};

  const auto fetch = [&](uint16_t source) -> Lanes<Word> {
    if (source == PointwiseInstruction::kPrevious) return previous;
    if (source >= PointwiseInstruction::kSlot) return slots[(source - PointwiseInstruction::kSlot) * kThreads];
    return load_lanes<Word>(at.operands[entry.first_operand + source], index, count);
  };

  for (uint32_t i = 0; i < entry.instructions; ++i) {
    const PointwiseInstruction step = at.instructions[entry.first_instruction + i];
    Lanes<Word> result;
    if (step.kind == Kind::formula || step.kind == Kind::cast) {
      Sources<Word> sources{};
#pragma unroll 1
      for (int k = step.source_count - 1; k >= 0; --k) {  // one copy of the code of fetch
        sources.z = sources.y;
        sources.y = sources.x;
        sources.x = fetch(k == 0 ? step.sources[0] : k == 1 ? step.sources[1] : step.sources[2]);
      }
      result = step.kind == Kind::cast ? apply_cast<Word>(step, sources) : apply_formulas<set, Word>(step, sources);
    } else {
      const PointwiseOperand operand = at.operands[entry.first_operand + step.sources[0]];
      result = step.kind == Kind::iota ? apply_iota<Word>(step, operand, index) : apply_random<set, Word>(step, operand, index);
    }
    if (step.slot != PointwiseInstruction::kNone) slots[step.slot * kThreads] = result;
    if (step.output != PointwiseInstruction::kNone) {
      const PointwiseOperand output = at.operands[entry.first_operand + step.output];
      with_stored_type<Word>(output.dtype, [&]<typename T>() { store_lanes<Word, T>(output, index, count, result); });
    }
    previous = result;
  }
}

template <PointwiseSet set, int kSlots, int kThreads>
__global__ void __launch_bounds__(kThreads, set == PointwiseSet::light ? 7 : 1) evaluate_pointwise(PointwiseArguments at) {
  constexpr int kLanes = PointwiseFormulas<set>::kLanes;
  using Slot = Lanes<typename PointwiseFormulas<set>::Word>;
  LAMINET_SHARED(Slot, slots, kSlots * kThreads);
  const PointwiseEntry entry = at.entries[at.one_entry ? 0 : at.entry_of_block[blockIdx.x]];
  const int64_t tile = kThreads * kLanes;
  for (int64_t index = (blockIdx.x - entry.first_block) * tile + threadIdx.x * kLanes; index < entry.elements;
       index += entry.blocks * tile) {
    run_instructions<set, kThreads>(at, entry, index, slots + threadIdx.x);
  }
}

LAMINET_KERNELS(evaluate_pointwise<PointwiseSet::light, 4, 128>, evaluate_pointwise<PointwiseSet::full, 16, 128>,
                evaluate_pointwise<PointwiseSet::full, 96, 32>, evaluate_pointwise<PointwiseSet::float64, 16, 128>,
                evaluate_pointwise<PointwiseSet::float64, 96, 32>)

}  // namespace laminet::cuda
