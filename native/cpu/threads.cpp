#include "threads.h"

#include <omp.h>
#include <sched.h>
#ifdef __SSE__
#include <immintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <thread>

#include "runtime/program.h"

namespace laminet::cpu {

namespace {

int affinity_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

// cgroup v2: "max 100000" or "150000 100000"; v1: two files, quota -1 for none.
int quota_count() {
  std::string quota;
  double period = 0;
  if (std::ifstream file{"/sys/fs/cgroup/cpu.max"}; file >> quota >> period && quota != "max")
    return std::max(1, static_cast<int>(std::ceil(std::atof(quota.c_str()) / period)));
  std::ifstream quota_file{"/sys/fs/cgroup/cpu/cpu.cfs_quota_us"}, period_file{"/sys/fs/cgroup/cpu/cpu.cfs_period_us"};
  double amount = -1;
  if (quota_file >> amount && period_file >> period && amount > 0) return std::max(1, static_cast<int>(std::ceil(amount / period)));
  return 1 << 20;
}

void flush_denormals() {
#ifdef __SSE__
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush to zero, denormals are zero
#endif
}

}  // namespace

int choose_threads(int requested) {
  if (requested > 0) return requested;
  if (const char* text = std::getenv("LAMINET_NUM_THREADS"); text != nullptr && *text != '\0') {
    char* end = nullptr;
    const long count = std::strtol(text, &end, 10);
    if (*end != '\0' || count < 1 || count > 4096)
      throw Error("DEVICE", std::string("device 'cpu': LAMINET_NUM_THREADS is '") + text + "'; expected a number from 1; correct or unset it");
    return static_cast<int>(count);
  }
  return std::min(affinity_count(), quota_count());
}

void prepare_threads(int threads) {
  thread_local int prepared = 0;
  if (prepared == threads) return;
  omp_set_dynamic(0);
  omp_set_num_threads(threads);
#pragma omp parallel
  flush_denormals();
  prepared = threads;
}

OneThread::OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
OneThread::~OneThread() { omp_set_num_threads(before_); }

const char* instruction_set() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41: return "SSE4.1";
    case dnnl::cpu_isa::avx: return "AVX";
    case dnnl::cpu_isa::avx2: return "AVX2";
    case dnnl::cpu_isa::avx2_vnni: return "AVX2";
    default:
#if defined(__x86_64__)
      return static_cast<unsigned>(dnnl::get_effective_cpu_isa()) >= static_cast<unsigned>(dnnl::cpu_isa::avx512_core) ? "AVX-512" : "AVX2";
#else
      return "all instruction sets";
#endif
  }
}

}  // namespace laminet::cpu
