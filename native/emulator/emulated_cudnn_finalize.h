// What cudnnBackendFinalize checks of each descriptor type, as cuDNN 9.24 does (test/native/emulated_cudnn_checks.cpp compares the two),
// and what it adds: plans, notes of engines, results of heuristics.
#pragma once

#include "emulated_cudnn_descriptor.h"

namespace laminet::emulated_cudnn {

void finalize(Descriptor& descriptor);

}  // namespace laminet::emulated_cudnn
