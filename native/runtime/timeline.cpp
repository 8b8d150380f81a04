#include "timeline.h"

#include <algorithm>
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
  if (timeline_.events.size() < kMostEvents) runs_[begun_] = timeline_.events.size();
  add({plan, TimelineEvent::run, begin, steady_nanoseconds(), static_cast<int64_t>(memory)});
  std::vector<TimelineEvent>& events = timeline_.events;
  for (; first_of_run_ < events.size(); ++first_of_run_) events[first_of_run_].plan = plan;
}

void TimelineRecorder::activity(const DeviceActivity& activity) {
  if (timeline_.activities.size() == kMostEvents) {
    ++timeline_.dropped;
    return;
  }
  TimelineActivity kept{name_number(activity.name), -1, -1, activity.stream, activity.begin, activity.end, activity.bytes};
  const auto run = runs_.find(activity.run);
  if (activity.kernel >= 0 && run != runs_.end()) {
    kept.plan = timeline_.events[run->second].plan;
    kept.kernel = activity.kernel;
    KernelSpan* const last = spans_.empty() ? nullptr : &spans_.back();
    if (last != nullptr && last->run == run->second && last->kernel == kept.kernel) last->end = std::max(last->end, kept.end);
    else spans_.push_back({run->second, kept.kernel, kept.begin, kept.end});
  }
  timeline_.activities.push_back(kept);
}

int32_t TimelineRecorder::name_number(const std::string& name) {
  const auto [place, fresh] = name_numbers_.emplace(name, static_cast<int32_t>(timeline_.names.size()));
  if (fresh) timeline_.names.push_back(name);
  return place->second;
}

// Puts the kernels before the ends of their runs.
void TimelineRecorder::place_spans() {
  std::stable_sort(spans_.begin(), spans_.end(), [](const KernelSpan& a, const KernelSpan& b) { return a.run < b.run; });
  std::vector<TimelineEvent> events;
  events.reserve(timeline_.events.size() + spans_.size());
  auto span = spans_.begin();
  for (size_t index = 0; index < timeline_.events.size(); ++index) {
    TimelineEvent event = timeline_.events[index];
    if (span != spans_.end() && span->run == index) event.begin = span->begin;
    for (; span != spans_.end() && span->run == index; ++span) {
      events.push_back({event.plan, span->kernel, span->begin, span->end, 0});
      event.end = span->end;
    }
    events.push_back(event);
  }
  timeline_.events = std::move(events);
}

Timeline TimelineRecorder::take() {
  if (!spans_.empty()) place_spans();
  return std::move(timeline_);
}

}  // namespace laminet
