#include "timeline.h"

#include <chrono>
#include <utility>

namespace laminet {

namespace {

constexpr size_t kMostEvents = 2'000'000;  // 80 MB

}  // namespace

int64_t steady_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void TimelineRecorder::add(const TimelineEvent& event) {
  if (timeline_.events.size() < kMostEvents) timeline_.events.push_back(event);
  else ++timeline_.dropped;
}

int32_t TimelineRecorder::plan_of(int64_t program, const std::vector<KernelInfo>& kernels) {
  std::vector<TimelinePlan>& plans = timeline_.plans;
  for (size_t index = plans.size(); index-- > 0;)
    if (plans[index].program == program && plans[index].kernels == kernels) return static_cast<int32_t>(index);
  plans.push_back({program, kernels});
  return static_cast<int32_t>(plans.size()) - 1;
}

void TimelineRecorder::run(int64_t program, const std::vector<KernelInfo>& kernels, int64_t begin, size_t memory) {
  const int32_t plan = plan_of(program, kernels);
  add({plan, TimelineEvent::run, begin, steady_nanoseconds(), static_cast<int64_t>(memory)});
  std::vector<TimelineEvent>& events = timeline_.events;
  for (; first_of_run_ < events.size(); ++first_of_run_) events[first_of_run_].plan = plan;
}

Timeline TimelineRecorder::take() {
  first_of_run_ = 0;
  return std::exchange(timeline_, {});
}

}  // namespace laminet
