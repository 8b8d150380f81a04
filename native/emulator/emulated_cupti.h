// The emulated libcupti.so.13: what the plugin's profiler needs of CUPTI (activity records and callbacks), over the emulated runtime
// (trace.h). Declared by the real headers.
#pragma once

#include <cupti.h>

#include <cstdint>
#include <functional>

#include "emulator/asked_fault.h"
#include "emulator/trace.h"

namespace laminet::emulator {

// Runs `body` as the function `name`, unless a test asks that it fails: EMULATED_CUPTI_FAIL="<function>:<which call>:<CUptiResult>".
CUptiResult cupti_call(const char* name, const std::function<CUptiResult()>& body);

// CUPTI's clock: another beginning than the steady clock's, and another pace (by a thousandth).
uint64_t cupti_time(int64_t steady_nanoseconds);

void keep_record(const laminet_emulator_worked& work);

}  // namespace laminet::emulator
