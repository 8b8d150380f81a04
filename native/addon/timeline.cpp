#include "timeline.h"

#include <array>

#include "../runtime/host_memory.h"

namespace laminet::addon {

namespace {

Napi::Array texts_to_js(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array made = Napi::Array::New(env, texts.size());
  for (uint32_t index = 0; index < texts.size(); ++index) made.Set(index, texts[index]);
  return made;
}

Napi::Array plans_to_js(Napi::Env env, const std::vector<TimelinePlan>& plans) {
  Napi::Array made = Napi::Array::New(env, plans.size());
  for (uint32_t index = 0; index < plans.size(); ++index) {
    Napi::Object plan = Napi::Object::New(env);
    plan.Set("program", static_cast<double>(plans[index].program));
    plan.Set("kernels", kernels_to_js(env, plans[index].kernels));
    made.Set(index, plan);
  }
  return made;
}

// The numbers that `numbers_of` gives for each row, in one array.
template <typename Row, size_t Width>
Napi::Float64Array rows_to_js(Napi::Env env, const std::vector<Row>& rows, std::array<int64_t, Width> (*numbers_of)(const Row&)) {
  require_host_memory(rows.size() * Width * sizeof(double), "a timeline");
  Napi::Float64Array made = Napi::Float64Array::New(env, rows.size() * Width);
  double* at = made.Data();
  for (const Row& row : rows)
    for (const int64_t number : numbers_of(row)) *at++ = static_cast<double>(number);
  return made;
}

std::array<int64_t, 5> numbers_of(const TimelineEvent& event) { return {event.plan, event.kernel, event.begin, event.end, event.memory}; }

std::array<int64_t, 7> numbers_of(const TimelineActivity& activity) {
  return {activity.name, activity.plan, activity.kernel, activity.stream, activity.begin, activity.end, activity.bytes};
}

}  // namespace

Napi::Array kernels_to_js(Napi::Env env, const std::vector<KernelInfo>& kernels) {
  Napi::Array made = Napi::Array::New(env, kernels.size());
  for (uint32_t index = 0; index < kernels.size(); ++index) {
    const KernelInfo& kernel = kernels[index];
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", kernel.name);
    entry.Set("detail", kernel.detail);
    entry.Set("layer", kernel.layer);
    entry.Set("flops", kernel.flops);
    entry.Set("bytes", kernel.bytes);
    made.Set(index, entry);
  }
  return made;
}

Napi::Object timeline_to_js(Napi::Env env, const Timeline& timeline) {
  Napi::Object made = Napi::Object::New(env);
  made.Set("plans", plans_to_js(env, timeline.plans));
  made.Set("events", rows_to_js<TimelineEvent, 5>(env, timeline.events, numbers_of));
  made.Set("names", texts_to_js(env, timeline.names));
  made.Set("activities", rows_to_js<TimelineActivity, 7>(env, timeline.activities, numbers_of));
  made.Set("notes", texts_to_js(env, timeline.notes));
  made.Set("dropped", static_cast<double>(timeline.dropped));
  return made;
}

}  // namespace laminet::addon
