// Plain-loop kernels of every computing instruction of OPS.md: the oracle, the float64 path and the last resort. They work on
// contiguous host memory, channels last, and sum floats in double.
#pragma once

#include <span>

#include "runtime/program.h"

namespace laminet::reference {

// Runs one instruction, which has passed verify(). `operands[i]` and `results[i]` hold the plain contents of its i-th operand and
// result; results overlap nothing. False: there is no such kernel (`input`, `variable` and `constant` have none: their storage is
// the caller's).
bool run(const Program& program, const Instruction& instruction, std::span<const void* const> operands,
         std::span<void* const> results);

}  // namespace laminet::reference
