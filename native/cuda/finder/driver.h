// The NVIDIA driver and the devices that it knows, through the few functions of libcuda that need no context.
#pragma once

#include "findings.h"
#include "places.h"

namespace laminet::finder {

// Fills `driver` and `devices` of the findings and notes the first problem (NO_DRIVER, DRIVER_TOO_OLD, NO_DEVICE, INIT_FAILED).
// The architectures of the findings say which devices the kernels were built for.
void look_for_devices(Findings& findings, const std::vector<Place>& places);

// Whether kernels built for these architectures ("80-real,90-virtual") run on a device of this capability (90).
bool runs_on(const std::string& architectures, int capability);

// 13000 as "13.0".
std::string cuda_version(int version);

}  // namespace laminet::finder
