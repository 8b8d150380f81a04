// Files of this folder are compiled once per instruction set, with LAMINET_ISA naming their namespace; each defines its table of functions,
// and kernel_tables.cpp chooses. Nothing inline with external linkage may be shared between them (see runtime/host_device.h).
#pragma once

#include <vector>

#ifndef LAMINET_ISA
#define LAMINET_ISA base
#endif

// For small functions inside the loops of kernels.
#define LAMINET_INLINE static inline __attribute__((always_inline))

namespace laminet::cpu {

enum class Isa { base, avx2, avx512 };

const char* isa_name(Isa isa);
// That this build has and this machine runs, best last.
const std::vector<Isa>& available_isas();
// The best of them that oneDNN's cap allows: ONEDNN_MAX_CPU_ISA or DNNL_MAX_CPU_ISA in the environment, so that one variable caps both.
Isa best_isa();
Isa best_isa(const char* cap);

}  // namespace laminet::cpu
