// Recordings by CUPTI's activity records, on the emulated CUPTI: a step stays one graph launch, and everything that ran has its layer, its
// name and its time. Without CUPTI: CUDA events, and words that say why.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "emulated_training.h"
#include "runtime/timeline.h"
#include "setting.h"

namespace laminet::test {
namespace {

// Steps of a training, recorded or not.
class Recorded {
 public:
  explicit Recorded(const std::string& model) : training_(model, 4) {}

  void step(TimelineRecorder* recorder = nullptr) {
    const int64_t begin = steady_nanoseconds();
    training_.step(steps_++);
    if (recorder != nullptr) recorder->run(1, training_.kernels(), begin, 0);
  }
  Timeline record(int steps) {
    TimelineRecorder recorder;
    training_.device().set_recorder(&recorder);
    for (int count = 0; count < steps; ++count) step(&recorder);
    training_.device().set_recorder(nullptr);
    return recorder.take();
  }
  Training& training() { return training_; }

 private:
  Training training_;
  int steps_ = 0;
};

// "kernel of the program: name of what ran", for each activity that belongs to a kernel, in turn.
std::vector<std::string> attributed(const Timeline& timeline) {
  std::vector<std::string> lines;
  for (const TimelineActivity& activity : timeline.activities)
    if (activity.kernel >= 0) lines.push_back(text(activity.kernel) + ": " + timeline.names[activity.name]);
  return lines;
}

// The kernels of each run.
std::vector<std::vector<int>> kernels_by_run(const Timeline& timeline) {
  std::vector<std::vector<int>> runs(1);
  for (const TimelineEvent& event : timeline.events) {
    if (event.kernel >= 0) runs.back().push_back(event.kernel);
    else runs.emplace_back();
  }
  runs.pop_back();
  return runs;
}

template <typename Item>
std::vector<Item> repeated(const std::vector<Item>& items, int times) {
  std::vector<Item> all;
  for (int time = 0; time < times; ++time) all.insert(all.end(), items.begin(), items.end());
  return all;
}

std::vector<int> all_kernels(size_t count) {
  std::vector<int> kernels(count);
  for (size_t index = 0; index < count; ++index) kernels[index] = static_cast<int>(index);
  return kernels;
}

const std::string kCupti = "kernel times: activity records of CUPTI 13.0.1";
const std::string kLost = " activity records were lost or unknown: kernels are missing, and some may be counted to a neighbouring step";
const std::string kEvents = "kernel times: CUDA events between kernels that are launched one by one (";

int64_t bytes_named(const Timeline& timeline, const std::string& name) {
  int64_t bytes = 0;
  for (const TimelineActivity& activity : timeline.activities)
    if (timeline.names[activity.name] == name) bytes += activity.bytes;
  return bytes;
}

// A recording that must fall back to events.
void expect_events(const std::string& why) {
  Recorded run("small");
  const Timeline timeline = run.record(2);
  CHECK_EQUAL(timeline.notes, std::vector<std::string>{kEvents + why + ")"});
  CHECK_EQUAL(timeline.activities.size(), size_t{0});
  CHECK_EQUAL(kernels_by_run(timeline).size(), size_t{2});
  CHECK_EQUAL(kernels_by_run(timeline)[1], all_kernels(run.training().steps()));
}

}  // namespace

// In a process of its own: libraries are looked for once in a process. The emulated CUPTI is passed over; another one that is found here
// does not start on the emulated driver.
TEST(a_cupti_that_is_too_old_is_not_used) {
  const Setting version("EMULATED_CUPTI_VERSION", "130000");
  const pid_t child = fork();
  if (child == 0) {
    Recorded run("small");
    const Timeline timeline = run.record(2);
    CHECK_EQUAL(timeline.notes.size(), size_t{1});
    CHECK_EQUAL(timeline.notes[0].substr(0, kEvents.size()), kEvents);
    CHECK_EQUAL(kernels_by_run(timeline)[1], all_kernels(run.training().steps()));
    std::fflush(stdout);
    _exit(failures == 0 ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  CHECK_EQUAL(status, 0);
}

TEST(a_recorded_step_is_one_graph_launch_and_every_kernel_has_its_layer) {
  for (const char* model : {"small", "B"}) {
    Recorded run(model);
    run.step();
    run.step();
    run.step();
    TimelineRecorder recorder;
    Training& training = run.training();
    training.device().set_recorder(&recorder);
    int64_t kernels = 0;
    for (int step = 0; step < 3; ++step) {
      const int64_t begin = steady_nanoseconds();
      const Counts counts = training.counts_of_step(step);
      recorder.run(1, training.kernels(), begin, 0);
      CHECK_EQUAL(counts.graph_launches, 1);
      CHECK_EQUAL(counts.launch_calls, 0);
      CHECK_EQUAL(counts.synchronizations, 0);
      CHECK_EQUAL(counts.allocations, 0);
      kernels = counts.kernels;
    }
    training.device().set_recorder(nullptr);
    const Timeline timeline = recorder.take();
    CHECK_EQUAL(timeline.notes, std::vector<std::string>{kCupti});
    CHECK_EQUAL(timeline.dropped, 0);
    const std::vector<std::vector<int>> runs = kernels_by_run(timeline);
    CHECK_EQUAL(runs.size(), size_t{3});
    for (const std::vector<int>& each : runs) CHECK_EQUAL(each, all_kernels(training.steps()));
    CHECK(static_cast<int64_t>(attributed(timeline).size()) >= 3 * kernels);
    for (const TimelineActivity& activity : timeline.activities)
      if (activity.kernel < 0) CHECK_EQUAL(timeline.names[activity.name].substr(0, 4), std::string("copy"));
  }
}

// Eager runs know their kernels by calls, replayed ones by nodes: both must say the same.
TEST(eager_and_replayed_steps_are_told_alike) {
  Recorded run("small");
  const Timeline eager = run.record(1);
  const Timeline captured = run.record(1);
  const Timeline replayed = run.record(4);
  const std::vector<std::string> lines = attributed(eager);
  CHECK(lines.size() >= run.training().steps());
  CHECK_EQUAL(attributed(captured), lines);
  CHECK_EQUAL(attributed(replayed), repeated(lines, 4));
  Recorded whole("small");
  CHECK_EQUAL(attributed(whole.record(5)), repeated(lines, 5));
}

TEST(a_graph_of_a_recording_is_not_used_outside_of_it) {
  Recorded run("small");
  run.step();
  run.step();
  const auto launches = [&] { return run.training().counts_of_step(1).graph_launches; };
  CHECK_EQUAL(launches(), 1);
  CHECK_EQUAL(run.record(2).activities.empty(), false);
  CHECK_EQUAL(launches(), 1);
  CHECK_EQUAL(kernels_by_run(run.record(2))[1], all_kernels(run.training().steps()));
}

TEST(names_are_those_of_the_kernels) {
  Recorded run("small");
  run.step();
  const Timeline timeline = run.record(2);
  const std::vector<KernelInfo> kernels = run.training().kernels();
  std::set<std::string> of_convolutions;
  for (const TimelineActivity& activity : timeline.activities) {
    const std::string& name = timeline.names[activity.name];
    CHECK(name.rfind("_Z", 0) != 0);
    if (activity.kernel < 0) continue;
    const std::string& step = kernels[activity.kernel].name;
    if (step.rfind("max_pool2d", 0) == 0) CHECK(name.find("max_pool2d") != std::string::npos);
    if (step.rfind("conv2d", 0) == 0) of_convolutions.insert(name);
  }
  CHECK(!of_convolutions.empty());
  for (const std::string& name : of_convolutions)
    CHECK(name.find("convolution") != std::string::npos || name.find("laminet::cuda") != std::string::npos);
}

TEST(copies_are_part_of_it) {
  Recorded run("small");
  run.step();
  const Timeline timeline = run.record(3);
  const auto inputs = static_cast<int64_t>(run.training().input_bytes());
  CHECK(bytes_named(timeline, "copy to the device") >= 3 * inputs);
  CHECK(bytes_named(timeline, "copy within the device") >= 3 * inputs);
  std::set<int> of_kernels, of_copies;
  for (const TimelineActivity& activity : timeline.activities) {
    if (activity.kernel >= 0) of_kernels.insert(activity.stream);
    else if (timeline.names[activity.name] == "copy to the device") of_copies.insert(activity.stream);
  }
  CHECK_EQUAL(of_kernels.size(), size_t{1});
  CHECK(of_copies != of_kernels);
}

// CUPTI's clock has another beginning and another pace.
TEST(times_are_those_of_the_steady_clock) {
  constexpr int64_t kTolerance = 1'000'000;
  Recorded run("B");
  run.step();
  const int64_t begin = steady_nanoseconds();
  const Timeline timeline = run.record(3);
  const int64_t end = steady_nanoseconds();
  int64_t before = begin - kTolerance;
  for (const TimelineActivity& activity : timeline.activities) {
    CHECK(activity.begin >= before);
    CHECK(activity.end >= activity.begin);
    CHECK(activity.end <= end + kTolerance);
    before = activity.begin;
  }
  int64_t run_begin = 0, last_end = 0;
  for (size_t index = timeline.events.size(); index-- > 0;) {
    const TimelineEvent& event = timeline.events[index];
    if (event.kernel < 0) {
      CHECK(run_begin == 0 || event.end <= run_begin);
      run_begin = event.begin;
      last_end = event.end;
    } else {
      CHECK(event.begin >= run_begin);
      CHECK(event.end <= last_end);
      last_end = event.begin;
    }
  }
}

TEST(buffers_come_in_pieces_and_out_of_order) {
  Recorded run("small");
  const std::vector<std::string> lines = attributed(run.record(1));
  for (const char* records : {"1", "7"}) {
    const Setting pieces("EMULATED_CUPTI_PIECES", records);
    const Timeline timeline = run.record(3);
    CHECK_EQUAL(attributed(timeline), repeated(lines, 3));
    CHECK_EQUAL(timeline.notes, std::vector<std::string>{kCupti});
  }
}

TEST(lost_records_are_counted) {
  Recorded run("small");
  const size_t whole = attributed(run.record(3)).size();
  const Setting drop("EMULATED_CUPTI_DROP", "10");
  const Timeline timeline = run.record(3);
  CHECK(attributed(timeline).size() < whole);
  CHECK(attributed(timeline).size() > whole / 2);
  CHECK_EQUAL(timeline.notes.size(), size_t{2});
  const std::string note = timeline.notes.back();
  const size_t lost = static_cast<size_t>(std::atoi(note.c_str()));
  CHECK(lost >= (whole - attributed(timeline).size()));
  CHECK_EQUAL(note, text(lost) + kLost);
}

TEST(nodes_that_were_not_announced_are_counted) {
  Recorded run("small");
  const size_t whole = attributed(run.record(3)).size();
  const Setting fail("EMULATED_CUPTI_FAIL", "cuptiGetGraphNodeId:1:999");
  const Timeline timeline = run.record(3);
  CHECK_EQUAL(attributed(timeline).size(), whole - 3);
  CHECK_EQUAL(timeline.notes, (std::vector<std::string>{kCupti, "3" + kLost}));
}

TEST(what_does_not_work_is_said_and_events_take_over) {
  const auto failing = [](const char* what, const std::string& why) {
    const Setting fail("EMULATED_CUPTI_FAIL", what);
    expect_events(why);
  };
  failing("cuptiSubscribe:1:39", "another tool that uses CUPTI, as Nsight does, is attached");
  failing("cuptiSubscribe:1:999", "cuptiSubscribe: CUPTI_ERROR_UNKNOWN");
  failing("cuptiEnableDomain:2:999", "cuptiEnableDomain: CUPTI_ERROR_UNKNOWN");
  failing("cuptiEnableCallback:1:999", "cuptiEnableCallback: CUPTI_ERROR_UNKNOWN");
  failing("cuptiActivityRegisterCallbacks:1:999", "cuptiActivityRegisterCallbacks: CUPTI_ERROR_UNKNOWN");
  failing("cuptiGetTimestamp:1:999", "cuptiGetTimestamp: CUPTI_ERROR_UNKNOWN");
  failing("cuptiActivityEnable:3:35", "cuptiActivityEnable: CUPTI_ERROR_INSUFFICIENT_PRIVILEGES");
  Recorded run("small");
  CHECK_EQUAL(run.record(1).notes, std::vector<std::string>{kCupti});
}

TEST(a_failing_flush_costs_the_times_only) {
  Recorded run("small");
  const Setting fail("EMULATED_CUPTI_FAIL", "cuptiActivityFlushAll:1:999");
  const Timeline timeline = run.record(2);
  CHECK_EQUAL(timeline.notes, (std::vector<std::string>{kCupti, "kernel times are missing: cuptiActivityFlushAll: CUPTI_ERROR_UNKNOWN"}));
  CHECK_EQUAL(timeline.events.size(), size_t{2});
}

TEST(one_recording_at_a_time_uses_cupti) {
  Recorded first("small");
  TimelineRecorder recorder;
  first.training().device().set_recorder(&recorder);
  expect_events("another recording of this process uses CUPTI");
  first.step(&recorder);
  first.training().device().set_recorder(nullptr);
  CHECK_EQUAL(attributed(recorder.take()).empty(), false);
}

// The device goes, and with it the recording.
TEST(a_device_may_end_while_it_is_recorded) {
  TimelineRecorder recorder;
  {
    Recorded run("small");
    run.training().device().set_recorder(&recorder);
    run.step(&recorder);
  }
  Recorded next("small");
  CHECK_EQUAL(next.record(1).notes, std::vector<std::string>{kCupti});
}

}  // namespace laminet::test
