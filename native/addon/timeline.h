// Timelines and kernels as objects of JavaScript (lib/runtime/addon.ts).
#pragma once

#include <napi.h>

#include <vector>

#include "../runtime/timeline.h"

namespace laminet::addon {

Napi::Array kernels_to_js(Napi::Env env, const std::vector<KernelInfo>& kernels);

// { plans, events, names, activities, notes, dropped }; five numbers an event: plan, kernel, begin and end in nanoseconds, memory; seven an
// activity: name, plan, kernel, stream, begin, end, bytes.
Napi::Object timeline_to_js(Napi::Env env, const Timeline& timeline);

}  // namespace laminet::addon
