// Checks a parsed program against the rules of OPS.md, so that backends need not.
#pragma once

#include "program.h"

namespace laminet {

// Throws Error INTERNAL, naming instruction and line: unknown op, wrong counts, types, attributes or derivable shapes. A value too
// large for any memory is OUT_OF_MEMORY.
void verify(const Program& program);

}  // namespace laminet
