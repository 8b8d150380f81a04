// The timer of a race of plans: on the device itself, with memory of its own.
#pragma once

#include "cuda/context.h"
#include "planner.h"

namespace laminet::cuda::cudnn {

// Takes memory at the first call, waits for the device at each; never while a graph is captured.
Timer race_timer(Context& context, const Convolution& convolution);

}  // namespace laminet::cuda::cudnn
