// What every function of the runtime does first and last: one call at a time, errors that stay, the last error, and failures that a test
// has asked for. What the device knows lives in objects that are never destroyed: threads may still call it while the process exits.
#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <mutex>

#include "emulator/counts.h"
#include "emulator/fair_mutex.h"
#include "emulator/fault.h"

namespace laminet::emulator {

// A call that is turned down; the device goes on.
struct Refusal {
  cudaError_t code;
};
[[noreturn]] void refuse(cudaError_t code, const std::string& why);

// Runs `body` as the API function `name`. After a Fault, this and all later calls return its code.
cudaError_t call(const char* name, const std::function<void()>& body);
// For functions that are no part of the API.
std::unique_lock<FairMutex> lock_device();
// Ends the device's life with `code`: what is queued never runs.
void lose(cudaError_t code);

// For messages: while it lives, work of a library runs.
struct LibraryCall {
  explicit LibraryCall(const char* name);
  ~LibraryCall();
};

laminet_emulator_counts& counts();

}  // namespace laminet::emulator
