// Marks for small functions that every backend expands: host code of any instruction set, and device code.
#pragma once

#ifdef __CUDACC__
#define LAMINET_HD __host__ __device__ inline
#else
#define LAMINET_HD inline
#endif

// Kernels are compiled once per instruction set. An inline function that two of them share would be merged by the linker into one copy,
// perhaps one that the processor cannot run, so shared functions live in a namespace of the instruction set.
#ifndef LAMINET_ISA
#define LAMINET_ISA base
#endif

namespace laminet {
inline namespace LAMINET_ISA {

// x * y, rounded before anything is added to it: nvcc joins a product and a sum into one operation, whose bits differ. (Host compilers are
// told not to.)
LAMINET_HD float rounded_product(float x, float y) {
#ifdef __CUDA_ARCH__
  return __fmul_rn(x, y);
#else
  return x * y;
#endif
}

LAMINET_HD double rounded_product(double x, double y) {
#ifdef __CUDA_ARCH__
  return __dmul_rn(x, y);
#else
  return x * y;
#endif
}

}  // namespace LAMINET_ISA
}  // namespace laminet
