// Rewrites a program before it is compiled: neighbours that one kernel can do become one instruction.
#pragma once

#include "runtime/program.h"

namespace laminet::cuda {

// matmul + bias [+ relu], conv2d + bias [+ relu]: attribute epilogue = "bias" | "bias_relu", third operand the bias.
// batch_norm [+ skip] + relu | leaky_relu: attribute activation (and alpha), fourth operand the skip.
// relu_backward | leaky_relu_backward before batch_norm_backward: attribute activation (and alpha), last operand y.
Program fuse(const Program& program);

}  // namespace laminet::cuda
