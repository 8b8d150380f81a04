// Running steps with the times of their kernels, for profiles of machines without CUPTI.
#pragma once

#include <vector>

#include "compile.h"
#include "device.h"

namespace laminet::cuda {

// Queues the steps between events, waits for them, and reports their times. Slower than a graph: kernels are launched one by one.
void launch_recorded(std::vector<CompiledStep>& steps, const Places& places, DeviceState& state);

}  // namespace laminet::cuda
