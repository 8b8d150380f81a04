// The engine over a fake device: order, errors, poisoning, cancellation, and an orderly end.
#include "runtime/engine.h"

#include <future>

#include "check.h"
#include "fake_device.h"
#include "runtime/parse.h"

using namespace laminet;
using namespace laminet::test;

namespace {

const Type kVector{DType::f32, {2}};
using Floats = std::vector<float>;

struct Harness {
  FakeState state;
  Engine engine{"fake", std::make_unique<FakeDevice>(state)};
  // Copies its input, and keeps it in a variable.
  CodePtr code = engine.add_program(
      parse("program 1\n%0: f32[2] = input\n%1: f32[2] = variable {index=0}\nupdate 0 = %0\nreturn (%0)\n"), {});
  SlotPtr variable = engine.allocate(kVector);

  HostMemory host(const Floats& values) {
    HostMemory memory = engine.host_pool().acquire(values.size() * sizeof(float), "a test");
    std::memcpy(memory.data.get(), values.data(), memory.bytes);
    return memory;
  }

  SlotPtr upload(const Floats& values) { return engine.import(kVector, host(values)); }

  SlotPtr run(const SlotPtr& input, const CancelPtr& cancel = nullptr) {
    return engine.run(code, {{input}, {variable}, cancel}).front();
  }

  // Waits for a callback; gives the error's code, or "".
  template <typename Start>
  std::string outcome(const Start& start) {
    std::promise<std::string> promise;
    start([&](const Error* error) { promise.set_value(error == nullptr ? "" : error->code()); });
    return promise.get_future().get();
  }

  std::string read(const SlotPtr& slot, Floats& into) {
    into.assign(2, -1);
    return outcome([&](const Done& done) { engine.read(slot, into.data(), done); });
  }

  std::string read(const SlotPtr& slot) {
    Floats ignored;
    return read(slot, ignored);
  }

  std::string flush() {
    return outcome([&](const Done& done) { engine.flush(done); });
  }

  // Runs wait from now on; `until_running` returns when one does.
  void hold(bool on) {
    const std::lock_guard lock(state.mutex);
    state.hold = on;
    state.changed.notify_all();
  }
  void until_running() {
    std::unique_lock lock(state.mutex);
    state.changed.wait(lock, [&] { return state.running > 0; });
  }
};

}  // namespace

TEST(results_come_in_order) {
  Harness h;
  Floats values;
  const SlotPtr x = h.upload({1, 2});
  const SlotPtr y = h.run(x);
  h.engine.write(x, h.host({3, 4}));
  CHECK_EQUAL(h.read(y, values), std::string());
  CHECK_EQUAL(values, (Floats{1, 2}));
  CHECK_EQUAL(h.read(h.variable, values), std::string());
  CHECK_EQUAL(values, (Floats{1, 2}));
  CHECK_EQUAL(h.read(x, values), std::string());
  CHECK_EQUAL(values, (Floats{3, 4}));
  CHECK_EQUAL(h.state.compilations, 1);
}

TEST(allocated_tensors_are_zero) {
  Harness h;
  Floats values;
  CHECK_EQUAL(h.read(h.variable, values), std::string());
  CHECK_EQUAL(values, (Floats{0, 0}));
}

TEST(staged_inputs_and_reused_outputs) {
  Harness h;
  Floats values(2);
  for (int i = 0; i < 3; ++i) {
    const auto start = [&](const Done& done) {
      const SlotPtr input = h.engine.stage(kVector, h.host({static_cast<float>(i), 5}));
      h.engine.run_and_read(h.code, {{input}, {h.variable}, nullptr}, {values.data()}, done);
    };
    CHECK_EQUAL(h.outcome(start), std::string());
    CHECK_EQUAL(values, (Floats{static_cast<float>(i), 5}));
  }
  CHECK_EQUAL(h.flush(), std::string());
  CHECK_EQUAL(h.state.buffers, 2);  // the variable and the one output
}

TEST(failed_run_poisons_what_follows) {
  Harness h;
  const SlotPtr x = h.upload({1, 2});
  h.flush();
  h.state.failure = "DEVICE";
  const SlotPtr y = h.run(x);
  const SlotPtr z = h.run(y);
  CHECK_EQUAL(h.read(z), std::string("DEVICE"));
  CHECK_EQUAL(h.read(y), std::string("DEVICE"));
  CHECK_EQUAL(h.state.runs, 0);
  CHECK_EQUAL(h.flush(), std::string());  // a reader saw it
  CHECK_EQUAL(h.read(h.run(x)), std::string());
}

TEST(write_heals) {
  Harness h;
  Floats values;
  const SlotPtr x = h.upload({1, 2});
  h.flush();
  h.state.failure = "DEVICE";
  const SlotPtr y = h.run(x);
  h.engine.write(y, h.host({8, 9}));
  CHECK_EQUAL(h.read(y, values), std::string());
  CHECK_EQUAL(values, (Floats{8, 9}));
}

TEST(flush_reports_what_nobody_saw) {
  Harness h;
  const SlotPtr x = h.upload({1, 2});
  h.flush();
  h.state.failure = "DEVICE";
  h.run(x);
  h.run(x);
  CHECK_EQUAL(h.flush(), std::string("DEVICE"));
  CHECK_EQUAL(h.flush(), std::string());
}

TEST(flush_waits_for_the_device) {
  Harness h;
  h.state.late_failure = "DEVICE";
  CHECK_EQUAL(h.flush(), std::string("DEVICE"));
  CHECK_EQUAL(h.flush(), std::string());
}

TEST(compilation_fails_and_is_tried_again) {
  Harness h;
  const SlotPtr x = h.upload({1, 2});
  h.flush();
  FakeDevice::compile_failure = "UNSUPPORTED";
  CHECK_EQUAL(h.read(h.run(x)), std::string("UNSUPPORTED"));
  CHECK_EQUAL(h.read(h.run(x)), std::string());
}

TEST(out_of_memory_leaves_the_rest_usable) {
  Harness h;
  const SlotPtr huge = h.engine.allocate({DType::f32, {1 << 20}});
  std::vector<float> space(1 << 20);
  CHECK_EQUAL(h.outcome([&](const Done& done) { h.engine.read(huge, space.data(), done); }), std::string("OUT_OF_MEMORY"));
  CHECK_EQUAL(h.read(h.run(h.upload({1, 2}))), std::string());
}

TEST(cancel_a_running_and_a_queued_run) {
  Harness h;
  const SlotPtr x = h.upload({1, 2});
  const auto cancel = std::make_shared<std::atomic<bool>>(false);
  h.hold(true);
  const SlotPtr first = h.run(x, cancel);
  const SlotPtr second = h.run(x, cancel);
  h.until_running();
  *cancel = true;
  CHECK_EQUAL(h.read(first), std::string("ABORTED"));
  CHECK_EQUAL(h.read(second), std::string("ABORTED"));
  h.hold(false);
  CHECK_EQUAL(h.read(h.run(x)), std::string());
}

TEST(close_cancels_and_frees) {
  Harness h;
  const SlotPtr x = h.upload({1, 2});
  h.hold(true);
  const SlotPtr y = h.run(x);
  std::promise<std::string> pending;
  Floats values(2);
  h.engine.read(y, values.data(), [&](const Error* error) { pending.set_value(error == nullptr ? "" : error->code()); });
  h.until_running();
  h.engine.close();
  CHECK_EQUAL(pending.get_future().get(), std::string("ABORTED"));
  CHECK_EQUAL(h.state.buffers, 0);
  CHECK_EQUAL(h.state.executables, 0);
  CHECK_EQUAL(h.state.devices, 0);
  CHECK_EQUAL(h.read(x), std::string("DISPOSED"));
  CHECK_EQUAL(h.flush(), std::string("DISPOSED"));
  h.engine.release(x);
  h.engine.close();
}

TEST(released_buffers_are_freed) {
  Harness h;
  SlotPtr x = h.upload({1, 2});
  SlotPtr y = h.run(x);
  h.engine.release(std::move(x));
  h.engine.release(std::move(y));
  h.flush();
  CHECK_EQUAL(h.state.buffers, 1);
  CHECK_EQUAL(h.engine.memory().used, 1u);
  CHECK_EQUAL(h.engine.memory().total, 7u);
  h.engine.release(std::move(h.code));
  h.flush();
  CHECK_EQUAL(h.state.executables, 0);
}

TEST(plans_are_there_after_the_first_run) {
  Harness h;
  CHECK(h.engine.kernels(*h.code).empty());
  h.run(h.upload({1, 2}));
  CHECK_EQUAL(h.flush(), std::string());
  CHECK_EQUAL(h.engine.kernels(*h.code).front().name, std::string("fake"));
  CHECK_EQUAL(h.engine.plan(*h.code), std::string("fake plan"));
}

TEST(timelines_hold_what_ran_while_profiling) {
  Harness h;
  h.run(h.upload({1, 2}));  // before it: not recorded
  h.engine.set_profiling(true);
  for (int i = 0; i < 3; ++i) h.run(h.upload({1, 2}));
  h.engine.set_profiling(false);
  h.run(h.upload({1, 2}));  // after it
  CHECK_EQUAL(h.flush(), std::string());
  const Timeline timeline = h.engine.take_timeline();
  CHECK_EQUAL(timeline.plans.size(), size_t{1});
  CHECK_EQUAL(timeline.plans[0].program, program_number(*h.code));
  CHECK_EQUAL(timeline.plans[0].kernels.front().flops, 10.0);
  int kernels = 0, runs = 0;
  for (const TimelineEvent& event : timeline.events) {
    kernels += event.kernel == 0 ? 1 : 0;
    runs += event.kernel == TimelineEvent::run ? 1 : 0;
    CHECK(event.end >= event.begin);
    if (event.kernel == 0 || event.kernel == TimelineEvent::run) CHECK_EQUAL(event.plan, 0);
  }
  CHECK_EQUAL(kernels, 3);
  CHECK_EQUAL(runs, 3);
  CHECK_EQUAL(timeline.dropped, 0);
  CHECK(h.engine.take_timeline().events.empty());
}
