// Joins neighbouring steps that can run slice by slice, where a slice of what they read and write stays in a core's second-level cache and
// the whole batch does not.
#pragma once

#include "library.h"
#include "step.h"

namespace laminet::cpu {

// Steps move only past others that do not depend on them.
void join_slices(Library& library, std::vector<Step>& steps, std::vector<Tensor>& tensors);

}  // namespace laminet::cpu
