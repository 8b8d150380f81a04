#include "kernel_tables.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace laminet::cpu {

#define LAMINET_DECLARE_TABLES(isa)                        \
  namespace isa {                                          \
  extern const BatchNormKernels batch_norm_table;          \
  extern const BatchNormPoolKernels batch_norm_pool_table; \
  extern const CopyKernels copy_table;                     \
  extern const MaxPoolKernels max_pool_table;              \
  extern const PointwiseTiles pointwise_table;             \
  extern const ReduceKernels reduce_table;                 \
  namespace winograd3 {                                    \
  extern const WinogradKernels table;                      \
  }                                                        \
  namespace winograd4 {                                    \
  extern const WinogradKernels table;                      \
  }                                                        \
  }

LAMINET_DECLARE_TABLES(base)
#ifdef LAMINET_X86_64
LAMINET_DECLARE_TABLES(avx2)
LAMINET_DECLARE_TABLES(avx512)
#endif

namespace {

std::vector<Isa> find_isas() {
  std::vector<Isa> isas{Isa::base};
#ifdef LAMINET_X86_64
  // What -march=x86-64-v3 and -v4 let the compiler use beyond SSE4.2.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx2) isas.push_back(Isa::avx2);
  if (avx2 && avx512) isas.push_back(Isa::avx512);
#endif
  return isas;
}

}  // namespace

const std::vector<Isa>& available_isas() {
  static const std::vector<Isa> isas = find_isas();
  return isas;
}

// AVX2_VNNI and the like are AVX2 to our kernels; what is not known here caps nothing.
Isa best_isa(const char* cap) {
  const auto begins = [&](const char* name) { return strncasecmp(cap, name, std::strlen(name)) == 0; };
  Isa most = Isa::avx512;
  if (begins("SSE41") || begins("AVX")) most = Isa::base;
  if (begins("AVX2")) most = Isa::avx2;
  if (begins("AVX512") || begins("AVX10")) most = Isa::avx512;
  return std::min(most, available_isas().back());
}

Isa best_isa() {
  static const Isa best = [] {
    for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"})
      if (const char* cap = std::getenv(name)) return best_isa(cap);
    return available_isas().back();
  }();
  return best;
}

const char* isa_name(Isa isa) {
  static constexpr const char* names[] = {"base", "AVX2", "AVX-512"};
  return names[static_cast<int>(isa)];
}

#ifdef LAMINET_X86_64
#define LAMINET_CHOOSE(isa, table) (isa == Isa::avx512 ? avx512::table : isa == Isa::avx2 ? avx2::table : base::table)
#else
#define LAMINET_CHOOSE(isa, table) (static_cast<void>(isa), base::table)
#endif

const BatchNormKernels& batch_norm_kernels(Isa isa) { return LAMINET_CHOOSE(isa, batch_norm_table); }
const BatchNormPoolKernels& batch_norm_pool_kernels(Isa isa) { return LAMINET_CHOOSE(isa, batch_norm_pool_table); }
const CopyKernels& copy_kernels(Isa isa) { return LAMINET_CHOOSE(isa, copy_table); }
const MaxPoolKernels& max_pool_kernels(Isa isa) { return LAMINET_CHOOSE(isa, max_pool_table); }
const PointwiseTiles& pointwise_tiles(Isa isa) { return LAMINET_CHOOSE(isa, pointwise_table); }
const ReduceKernels& reduce_kernels(Isa isa) { return LAMINET_CHOOSE(isa, reduce_table); }
const WinogradKernels& winograd_kernels(Isa isa, int tile) {
  return tile == 3 ? LAMINET_CHOOSE(isa, winograd3::table) : LAMINET_CHOOSE(isa, winograd4::table);
}

namespace {

WinogradAxis backward(const WinogradAxis& axis) { return {.input = axis.output, .output = axis.input, .before = 2 - axis.before}; }

}  // namespace

WinogradShape winograd_backward(const WinogradShape& shape) {
  return {.images = shape.images,
          .channels = shape.filters,
          .filters = shape.channels,
          .rows = backward(shape.rows),
          .columns = backward(shape.columns)};
}

const BatchNormKernels& batch_norm_kernels() { return batch_norm_kernels(best_isa()); }
const BatchNormPoolKernels& batch_norm_pool_kernels() { return batch_norm_pool_kernels(best_isa()); }
const CopyKernels& copy_kernels() { return copy_kernels(best_isa()); }
const MaxPoolKernels& max_pool_kernels() { return max_pool_kernels(best_isa()); }
const ReduceKernels& reduce_kernels() { return reduce_kernels(best_isa()); }

size_t reduce_scratch_bytes(const ReduceSpace& space) { return reduce_kernels().scratch_bytes(space); }

}  // namespace laminet::cpu
