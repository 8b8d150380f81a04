// What an instruction costs at least, for profiles and rooflines.
#pragma once

#include "program.h"

namespace laminet {

// Multiplications and additions of convolutions and matrix products; 0 for all else, which memory bounds.
double flops_of(const Program& program, const Instruction& instruction);

}  // namespace laminet
