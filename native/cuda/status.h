// Every status of CUDA, cuDNN and cuBLASLt is checked with these; a failure names the call, and the caller's `place` (instruction, layer, shapes).
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "runtime/program.h"

namespace laminet::cuda {

// Throws Error OUT_OF_MEMORY or DEVICE ("device 'cuda:0': cudaMemcpyAsync: an illegal memory access was encountered (cudaErrorIllegalAddress)").
// After an error that spoils the context (a "sticky" one) every later call fails alike, and the message says to restart the process.
void check(cudaError_t status, const char* call);

// Throws when an earlier sticky error has spoilt the context.
void require_usable();

// The status of the launch before.
void check_launch(const char* kernel);

// True for errors after which the context is lost.
bool is_sticky(cudaError_t status);

#define LAMINET_CUDA(call) laminet::cuda::check((call), #call)

}  // namespace laminet::cuda
