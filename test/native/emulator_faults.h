// Mistakes that a GPU punishes, each with what the emulated device must say to it.
#pragma once

#include <cuda_runtime_api.h>

#include <string>
#include <vector>

namespace laminet::test {

struct Fault {
  const char* name;
  cudaError_t error;   // cudaSuccess: the numbers are wrong instead
  const char* words;   // on stderr; or what is wrong with the numbers
  // Does it, with the mistake or without; gives the first error that CUDA's functions return, or sets `numbers_wrong`.
  cudaError_t (*run)(bool wrong, bool& numbers_wrong);
};

std::vector<Fault> kernel_faults();  // emulator_faults.cu
std::vector<Fault> host_faults();    // emulator_host_faults.cu

// The first error of a sequence of calls.
class FirstError {
 public:
  void operator()(cudaError_t error) {
    if (first_ == cudaSuccess) first_ = error;
  }
  cudaError_t get() const { return first_; }

 private:
  cudaError_t first_ = cudaSuccess;
};

}  // namespace laminet::test
