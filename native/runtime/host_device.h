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
