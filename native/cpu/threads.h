// How many threads a device computes with, and the state those threads need.
#pragma once

namespace laminet::cpu {

// `requested`, else LAMINET_NUM_THREADS, else every core this process may use (affinity, and the quota of its control group).
int choose_threads(int requested);

// OpenMP's team belongs to the calling thread, and primitives freeze the number of threads they are created under: called before
// anything that creates or runs one. Denormals become zero in every worker (the second moments of dead units are denormal, and slow).
void prepare_threads(int threads);

// While it lives, what the calling thread makes and runs takes one thread.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

// "AVX-512", "AVX2", ...: what the library was allowed to use.
const char* instruction_set();

}  // namespace laminet::cpu
