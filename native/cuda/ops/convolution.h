// The ways to compute the three convolution ops, shared by their files. Each adds the work and returns true, or says in `refusal` why not.
#pragma once

#include "cuda/convolution.h"
#include "cuda/lowering.h"

namespace laminet::cuda {

// One plan of cuDNN, for the epilogue too.
bool convolve_by_plan(Lowering& lowering, const Instruction& instruction, std::string& refusal);
// A plan of cuDNN for the convolution, an own kernel for its epilogue.
bool convolve_by_plan_then_bias(Lowering& lowering, const Instruction& instruction, std::string& refusal);
// Own kernels.
bool convolve_directly(Lowering& lowering, const Instruction& instruction, std::string& refusal);

}  // namespace laminet::cuda
