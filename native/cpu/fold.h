// Scales that follow a convolution become part of its weights: batch normalisation in inference costs nothing then.
#pragma once

#include "runtime/program.h"

namespace laminet::cpu {

// (conv2d(x, w) + b) * s + t = conv2d(x, w * s) + (b * s + t), where nobody else reads what lies between.
void fold_scales(Program& program);

}  // namespace laminet::cpu
