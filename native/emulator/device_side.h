// Kernels as g++ compiles them for the emulated device: the second meaning of every name in cuda/kernels/device.h, and of what nvcc itself
// knows in device code (threadIdx, __syncthreads, __shfl_xor_sync, rsqrtf, ...). Runs on native/emulator's libcudart.so.13.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime_api.h>
#include <device_launch_parameters.h>  // threadIdx, blockIdx, blockDim, gridDim, warpSize: variables here, which the scheduler sets

#ifndef __launch_bounds__
#define __launch_bounds__(...)
#endif

#include "emulator/device_atomics.h"
#include "emulator/device_math.h"
#include "emulator/global.h"
#include "emulator/kernel_list.h"
#include "emulator/shared.h"
#include "emulator/warp.h"
