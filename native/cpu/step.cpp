#include "step.h"

#include "runtime/timeline.h"

namespace laminet::cpu {

void Work::run_timed(void* const* memory, const std::function<void(int part, int64_t begin, int64_t end)>& report) {
  const int64_t begin = steady_nanoseconds();
  run(memory);
  report(0, begin, steady_nanoseconds());
}

}  // namespace laminet::cpu
