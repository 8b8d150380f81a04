// Rewrites a program before it is compiled: neighbours that one kernel can do become one instruction.
#pragma once

#include "runtime/program.h"

namespace laminet::cuda {

// matmul or conv2d + bias [+ relu]: attribute epilogue = "bias" | "bias_relu", third operand the bias.
// batch_norm [+ skip] + relu | leaky_relu: attributes activation and alpha, fourth operand the skip.
// relu_backward | leaky_relu_backward + batch_norm_backward: attributes activation and alpha, last operand y (seventh). Where others read the
// gradient between the two as well, it is the fourth result, and the attribute skip is true.
Program fuse(const Program& program);

}  // namespace laminet::cuda
