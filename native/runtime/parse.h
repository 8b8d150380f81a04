// The listing (OPS.md "Listing") as a Program.
#pragma once

#include <string_view>

#include "program.h"

namespace laminet {

// Throws Error PARSE: "program line 4: expected ']' ...". Checks the grammar and that operands are defined above; verify.h does the rest.
Program parse(std::string_view listing);

}  // namespace laminet
