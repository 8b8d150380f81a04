#include "cupti_clock.h"

#include "runtime/timeline.h"

namespace laminet::cuda {

namespace {

constexpr int kAttempts = 5;

}  // namespace

// The clocks are read in turn: the attempt that took the shortest time is the most exact one.
CUptiResult CuptiClock::read(const CuptiLibrary& cupti) {
  Reading best;
  int64_t shortest = INT64_MAX;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    uint64_t time = 0;
    const int64_t before = steady_nanoseconds();
    if (const CUptiResult result = cupti.timestamp(&time); result != CUPTI_SUCCESS) return result;
    const int64_t took = steady_nanoseconds() - before;
    if (took >= shortest) continue;
    shortest = took;
    best = {time, before + took / 2};
  }
  if (first_.steady == 0) first_ = best;
  last_ = best;
  return CUPTI_SUCCESS;
}

int64_t CuptiClock::steady(uint64_t cupti_time) const {
  const auto passed = static_cast<double>(static_cast<int64_t>(cupti_time - first_.cupti));
  const auto whole = static_cast<double>(last_.cupti - first_.cupti);
  const double pace = whole == 0 ? 1 : static_cast<double>(last_.steady - first_.steady) / whole;
  return first_.steady + static_cast<int64_t>(passed * pace);
}

}  // namespace laminet::cuda
