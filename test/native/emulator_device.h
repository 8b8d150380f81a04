// What tests of the emulated runtime share: a device of its own for each test, and work that notes when it runs.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdlib>

#include "check.h"
#include "emulator/counts.h"
#include "emulator/enqueue.h"

#define CUDA(call) CHECK_EQUAL(call, cudaSuccess)

namespace laminet::test {

// A device of its own for each test.
struct Device {
  Device(const char* variable = "EMULATOR_ORDER", const char* value = "0") : variable_(variable) {
    setenv(variable, value, 1);
    laminet_emulator_reset();
  }
  ~Device() {
    unsetenv(variable_);
    laminet_emulator_reset();
  }

  static cudaStream_t stream(unsigned flags = cudaStreamNonBlocking) {
    cudaStream_t stream = nullptr;
    CUDA(cudaStreamCreateWithFlags(&stream, flags));
    return stream;
  }
  static cudaEvent_t event(unsigned flags = cudaEventDisableTiming) {
    cudaEvent_t event = nullptr;
    CUDA(cudaEventCreateWithFlags(&event, flags));
    return event;
  }
  static laminet_emulator_counts counts() {
    laminet_emulator_counts counts{};
    laminet_emulator_get_counts(&counts);
    return counts;
  }

 private:
  const char* const variable_;
};

// Work that writes its number into a diary; the numbers of work that exists are counted.
struct Entry {
  std::vector<int>* diary;
  int number;
};
inline int entries = 0;

inline cudaError_t note(cudaStream_t stream, std::vector<int>& diary, int number) {
  ++entries;
  const auto run = [](void* state) {
    const auto* entry = static_cast<Entry*>(state);
    entry->diary->push_back(entry->number);
  };
  const auto destroy = [](void* state) {
    --entries;
    delete static_cast<Entry*>(state);
  };
  return laminet_emulator_enqueue(stream, "note", run, new Entry{&diary, number}, destroy);
}

using Numbers = std::vector<int>;

}  // namespace laminet::test
