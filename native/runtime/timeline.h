// What a device's thread did, and when: the raw material of profiles.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "backend.h"

namespace laminet {

// Nanoseconds of the steady clock, which is also Node's process.hrtime on Linux.
int64_t steady_nanoseconds();

struct TimelineEvent {
  // Not a kernel: a whole run, a compilation, inputs that arrive on the device, results that leave it.
  enum Kind : int32_t { run = -1, compile = -2, import = -3, download = -4 };

  int32_t plan;    // index into Timeline::plans; -1 for what belongs to no program
  int32_t kernel;  // index into the plan's kernels, or a Kind
  int64_t begin, end;
  int64_t memory;  // bytes that the device holds at the end of a run
};

// A program as it was compiled at the time: the same program may be compiled again for other layouts.
struct TimelinePlan {
  int64_t program;  // Code's number
  std::vector<KernelInfo> kernels;
};

// A DeviceActivity of a recording.
struct TimelineActivity {
  int32_t name;          // index into Timeline::names
  int32_t plan, kernel;  // as of an event; -1 for what belongs to no kernel
  int32_t stream;
  int64_t begin, end, bytes;
};

struct Timeline {
  std::vector<TimelinePlan> plans;
  std::vector<TimelineEvent> events;          // runs in their order, each after its kernels
  std::vector<std::string> names;             // of activities
  std::vector<TimelineActivity> activities;   // in the order of their beginnings
  std::vector<std::string> notes;
  int64_t dropped = 0;                        // events and activities beyond the limit
};

// Collects a timeline; of the executor's thread. A run whose activities came is as long as its kernels took on the device.
class TimelineRecorder : public Recorder {
 public:
  void kernel(int index, int64_t begin, int64_t end) override { add({-1, index, begin, end, 0}); }
  int64_t begin_run() override { return ++begun_; }
  void activity(const DeviceActivity& activity) override;
  void note(const std::string& text) override { timeline_.notes.push_back(text); }
  // Ends the run whose kernels came since the last one.
  void run(int64_t program, const std::vector<KernelInfo>& kernels, int64_t begin, size_t memory);
  void other(TimelineEvent::Kind kind, int64_t begin) { add({-1, kind, begin, steady_nanoseconds(), 0}); }
  Timeline take();

 private:
  // What activities did of one kernel of a run.
  struct KernelSpan {
    size_t run;  // index of its event
    int32_t kernel;
    int64_t begin, end;
  };

  void add(const TimelineEvent& event);
  int32_t plan_of(int64_t program, const std::vector<KernelInfo>& kernels);
  int32_t name_number(const std::string& name);
  void place_spans();

  Timeline timeline_;
  size_t first_of_run_ = 0;
  int64_t begun_ = 0;
  std::unordered_map<int64_t, size_t> runs_;  // events, by begin_run's number
  std::vector<KernelSpan> spans_;
  std::unordered_map<std::string, int32_t> name_numbers_;
};

}  // namespace laminet
