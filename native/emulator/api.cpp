#include "emulator/api.h"

#include <device_launch_parameters.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "emulator/block.h"
#include "emulator/capture.h"
#include "emulator/events.h"
#include "emulator/host_memory.h"
#include "emulator/memory.h"
#include "emulator/order.h"
#include "emulator/streams.h"
#include "emulator/tool.h"

namespace laminet::emulator {
namespace {

// A failure that a test asks for: EMULATOR_FAIL="cudaMalloc:3:2" is cudaErrorMemoryAllocation (2) at the third call of cudaMalloc.
struct Planned {
  std::string name;
  int calls_left = 0;
  int code = 0;
};

struct State {
  FairMutex mutex;
  cudaError_t lost = cudaSuccess;
  Planned planned;
  laminet_emulator_counts counts{};
  std::string library_call;  // while one runs
};

void read_environment(State& state) {
  state.planned = {};
  if (const char* text = std::getenv("EMULATOR_FAIL")) {
    char name[64];
    if (std::sscanf(text, "%63[^:]:%d:%d", name, &state.planned.calls_left, &state.planned.code) == 3) {
      state.planned.name = name;
    } else {
      report("EMULATOR_FAIL: expected \"function:call:error number\", received \"" + std::string(text) + "\"");
    }
  }
  read_order_from_environment();
  read_memory_limit_from_environment();
}

State& state() {
  static State& state = [&]() -> State& {
    auto* made = new State;
    read_environment(*made);
    return *made;
  }();
  return state;
}

thread_local cudaError_t last_error = cudaSuccess;

bool loses_context(cudaError_t code) {
  const cudaError_t codes[] = {cudaErrorIllegalAddress, cudaErrorMisalignedAddress, cudaErrorLaunchFailure, cudaErrorIllegalInstruction,
                               cudaErrorAssert, cudaErrorECCUncorrectable};
  return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

cudaError_t attempt(const char* name, const std::function<void()>& body) {
  Planned& planned = state().planned;
  if (planned.name == name && --planned.calls_left == 0) {
    const auto code = static_cast<cudaError_t>(planned.code);
    if (loses_context(code)) lose(code);
    return code;
  }
  if (state().lost != cudaSuccess) return state().lost;
  try {
    body();
    return cudaSuccess;
  } catch (const Refusal& refusal) {
    return refusal.code;
  } catch (const Fault& fault) {
    lose(fault.code);
    return fault.code;
  } catch (const std::exception& error) {
    report(std::string(name) + ": " + error.what());
    return cudaErrorUnknown;
  }
}

}  // namespace

void report(const std::string& text) { std::fprintf(stderr, "emulated device: %s\n", text.c_str()); }

void refuse(cudaError_t code, const std::string& why) {
  report(why);
  throw Refusal{code};
}

void fault(cudaError_t code, const std::string& text) {
  std::string where = state().library_call.empty() ? "" : state().library_call + ": ";
  if (const char* kernel = place().kernel) {
    const uint3 thread = thread_index(place().thread);
    char numbers[128];
    std::snprintf(numbers, sizeof numbers, ", block (%u, %u, %u), thread (%u, %u, %u): ", blockIdx.x, blockIdx.y, blockIdx.z, thread.x,
                  thread.y, thread.z);
    where = kernel + std::string(numbers);
  }
  report(where + text);
  throw Fault{code};
}

LibraryCall::LibraryCall(const char* name) { state().library_call = name; }
LibraryCall::~LibraryCall() { state().library_call.clear(); }

void lose(cudaError_t code) {
  state().lost = code;
  forget_queued_work();
}

cudaError_t call(const char* name, const std::function<void()>& body) {
  const auto lock = lock_device();
  const TracedCall traced(name);
  const cudaError_t error = attempt(name, body);
  if (error != cudaSuccess) last_error = error;
  return error;
}

std::unique_lock<FairMutex> lock_device() { return std::unique_lock(state().mutex); }

laminet_emulator_counts& counts() { return state().counts; }

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

cudaError_t cudaPeekAtLastError() {
  const auto lock = lock_device();
  return state().lost != cudaSuccess ? state().lost : last_error;
}

cudaError_t cudaGetLastError() {
  const cudaError_t error = cudaPeekAtLastError();
  last_error = cudaSuccess;
  return error;
}

void laminet_emulator_get_counts(laminet_emulator_counts* out) {
  const auto lock = lock_device();
  *out = state().counts;
}

void laminet_emulator_reset_counts() {
  const auto lock = lock_device();
  state().counts = {};
}

void laminet_emulator_reset() {
  const auto lock = lock_device();
  forget_captures();
  destroy_all_streams();
  destroy_all_events();
  free_all_memory();
  free_all_pinned_memory();
  state().lost = cudaSuccess;
  last_error = cudaSuccess;
  state().counts = {};
  read_environment(state());
}

}  // extern "C"
