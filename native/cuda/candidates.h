// Choosing among the candidates of an op.
#pragma once

#include "lowering.h"

namespace laminet::cuda {

// The first candidate that accepts adds its work. Throws Error UNSUPPORTED with every refusal when none does.
void lower_instruction(Lowering& lowering, const Instruction& instruction);

}  // namespace laminet::cuda
