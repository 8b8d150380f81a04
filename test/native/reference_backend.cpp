// The backend "reference": reads before writes, returns, constants, cancellation, memory, profiles.
#include <atomic>
#include <memory>

#include "reference_run.h"
#include "runtime/parse.h"
#include "runtime/registry.h"
#include "runtime/timeline.h"
#include "runtime/verify.h"

using namespace laminet;
using namespace laminet::test;

namespace {

class Session {
 public:
  Session() : device(open_device("reference", {})) {}

  void compile(const std::string& listing, const std::vector<Tensor>& constants = {}) {
    program_ = parse("program 1\n" + listing);
    verify(program_);
    std::vector<HostMemory> memory;
    for (const Tensor& constant : constants) memory.push_back(host_memory(constant));
    executable = device->compile(program_, memory, {});
  }

  BufferPtr buffer(const Tensor& tensor) {
    BufferPtr made = device->allocate(tensor.type);
    const std::vector<char> bytes = packed(tensor);
    device->upload(*made, bytes.data(), bytes.size());
    return made;
  }

  Numbers contents(const BufferPtr& buffer) {
    std::vector<char> bytes(buffer->type.bytes());
    device->download(*buffer, bytes.data(), bytes.size());
    return unpacked(buffer->type, bytes);
  }

  std::vector<Numbers> run(const std::vector<BufferPtr>& inputs, const std::vector<BufferPtr>& variables,
                           bool cancelled = false) {
    std::vector<BufferPtr> outputs;
    for (const int value : program_.returns) outputs.push_back(device->allocate(program_.type(value)));
    executable->run(inputs, variables, outputs, std::atomic<bool>(cancelled));
    std::vector<Numbers> values;
    for (const BufferPtr& output : outputs) values.push_back(contents(output));
    return values;
  }

  static HostMemory host_memory(const Tensor& tensor) {
    auto bytes = std::make_shared<std::vector<char>>(packed(tensor));
    return {std::shared_ptr<void>(bytes, bytes->data()), bytes->size()};
  }

  std::unique_ptr<Device> device;
  std::unique_ptr<Executable> executable;

 private:
  Program program_;
};

}  // namespace

TEST(updates_come_after_all_reads) {
  Session session;
  session.compile(R"(%0: f32[2] = variable {index=0, name="a"}
%1: f32[2] = variable {index=1, name="b"}
%2: f32[2] = variable {index=2, name="c"}
%3: f32[2] = input {name="x"}
%4: f32[2] = add (%0, %3)
update 0 = %1
update 1 = %0
update 2 = %4
return (%0, %4, %4, %3)
)");
  const BufferPtr a = session.buffer(f32({2}, {1, 2})), b = session.buffer(f32({2}, {3, 4})), c = session.buffer(f32({2}, {5, 6}));
  const auto values = session.run({session.buffer(f32({2}, {10, 20}))}, {a, b, c});
  CHECK_EQUAL(values[0], (Numbers{1, 2}));  // the value before the updates
  CHECK_EQUAL(values[1], (Numbers{11, 22}));
  CHECK_EQUAL(values[2], (Numbers{11, 22}));
  CHECK_EQUAL(values[3], (Numbers{10, 20}));
  CHECK_EQUAL(session.contents(a), (Numbers{3, 4}));
  CHECK_EQUAL(session.contents(b), (Numbers{1, 2}));
  CHECK_EQUAL(session.contents(c), (Numbers{11, 22}));
}

TEST(input_that_is_also_a_variable) {
  Session session;
  session.compile(R"(%0: f64[1] = variable {index=0, name="a"}
%1: f64[1] = variable {index=1, name="b"}
%2: f64[1] = input {name="x"}
%3: f64[1] = neg (%1)
update 0 = %3
update 1 = %2
return ()
)");
  const BufferPtr a = session.buffer(f64({1}, {1})), b = session.buffer(f64({1}, {2}));
  session.run({a}, {a, b});
  CHECK_EQUAL(session.contents(a), Numbers{-2});
  CHECK_EQUAL(session.contents(b), Numbers{1});
}

TEST(gradient_descent_fits_a_line) {
  Session session;
  session.compile(R"(%0: f64[4,1] = constant {index=0}
%1: f64[4,1] = input {name="y"}
%2: f64[1,1] = variable {index=0, name="w"}
%3: f64[4,1] = matmul (%0, %2) {transposeA=false, transposeB=false}
%4: f64[4,1] = sub (%3, %1)
%5: f64[1,1] = matmul (%0, %4) {transposeA=true, transposeB=false}
%6: f64[] = fill {value=0.05}
%7: f64[1,1] = mul (%5, %6)
%8: f64[1,1] = sub (%2, %7)
%9: f64[4,1] = square (%4)
%10: f64[] = sum (%9) {axes=[0,1], keepDims=false}
update 0 = %8
return (%10)
)",
                  {f64({4, 1}, {0, 1, 2, 3})});
  const BufferPtr w = session.buffer(f64({1, 1}, {0})), y = session.buffer(f64({4, 1}, {0, 2, 4, 6}));
  CHECK_EQUAL(session.run({y}, {w})[0], Numbers{56});
  for (int step = 0; step < 50; ++step) session.run({y}, {w});
  CHECK_NEAR(session.contents(w), Numbers{2}, 1e-12);
}

TEST(arena_is_reused) {
  Session session;
  std::string listing = "%0: f32[1000] = input {name=\"x\"}\n";
  for (int i = 1; i <= 10; ++i) listing += "%" + std::to_string(i) + ": f32[1000] = neg (%" + std::to_string(i - 1) + ")\n";
  session.compile(listing + "return (%10)\n");
  CHECK(session.executable->bytes() >= 8000 && session.executable->bytes() < 9000);
  CHECK(session.executable->plan().find("arena: ") == 0);
  CHECK_EQUAL(session.run({session.buffer({{DType::f32, {1000}}, Numbers(1000, 3)})}, {})[0], Numbers(1000, 3));
}

TEST(cancelled_run_changes_nothing) {
  Session session;
  session.compile(R"(%0: f32[1] = variable {index=0, name="a"}
%1: f32[1] = neg (%0) @flip
update 0 = %1
return (%1)
)");
  const BufferPtr a = session.buffer(f32({1}, {1}));
  CHECK_THROWS("ABORTED", "neg (%1, layer 'flip')", session.run({}, {a}, true));
  CHECK_EQUAL(session.contents(a), Numbers{1});
  session.run({}, {a});
  CHECK_EQUAL(session.contents(a), Numbers{-1});
}

TEST(memory_counts) {
  Session session;
  const size_t before = session.device->memory().used;
  {
    const BufferPtr made = session.buffer({{DType::f64, {100}}, Numbers(100, 1)});
    const BufferPtr given = session.device->import({DType::u8, {50}}, Session::host_memory({{DType::u8, {50}}, Numbers(50, 2)}));
    CHECK_EQUAL(session.device->memory().used, before + 850);
    CHECK_EQUAL(session.contents(given), Numbers(50, 2));
  }
  CHECK_EQUAL(session.device->memory().used, before);
  CHECK_EQUAL(session.device->memory().peak, before + 850);
  CHECK(session.device->memory().total > 0);
  CHECK_THROWS("OUT_OF_MEMORY", "a tensor f32[1000000,1000000]", session.device->allocate({DType::f32, {1000000, 1000000}}));
}

TEST(profiles) {
  Session session;
  session.compile("%0: f32[1] = input {name=\"x\"}\n%1: f32[1] = exp (%0) @dense\nreturn (%1)\n");
  const BufferPtr x = session.buffer(f32({1}, {0}));
  TimelineRecorder recorder;
  session.run({x}, {});
  session.device->set_recorder(&recorder);
  session.run({x}, {});
  session.device->set_recorder(nullptr);
  session.run({x}, {});
  const std::vector<TimelineEvent> events = recorder.take().events;
  CHECK_EQUAL(events.size(), size_t{1});
  CHECK_EQUAL(events[0].kernel, 0);
  CHECK(events[0].begin <= events[0].end);
  const std::vector<KernelInfo> kernels = session.executable->kernels();
  CHECK_EQUAL(kernels.size(), size_t{1});
  CHECK_EQUAL(kernels[0].name, std::string("exp"));
  CHECK_EQUAL(kernels[0].layer, std::string("dense"));
  CHECK_EQUAL(kernels[0].bytes, 8.0);
}

TEST(wrong_buffers_are_refused) {
  Session session;
  session.compile("%0: f32[1] = input {name=\"x\"}\n%1: f32[1] = exp (%0)\nreturn (%1)\n");
  CHECK_THROWS("INTERNAL", "wrong number of inputs: received 0; expected 1", session.run({}, {}));
  CHECK_THROWS("INTERNAL", "received f64[1]; expected f32[1]", session.run({session.buffer(f64({1}, {1}))}, {}));
  const std::string constant = "%0: f32[1] = constant {index=0}\nreturn (%0)\n";
  CHECK_THROWS("INTERNAL", "constant 0: received 0 bytes; expected 4", session.compile(constant));
}

TEST(empty_tensors) {
  Session session;
  session.compile(R"(%0: f32[0,3] = input {name="x"}
%1: f32[0,3] = exp (%0)
%2: f32[3] = sum (%1) {axes=[0], keepDims=false}
return (%1, %2)
)");
  const auto values = session.run({session.buffer(f32({0, 3}, {}))}, {});
  CHECK_EQUAL(values[0], Numbers{});
  CHECK_EQUAL(values[1], (Numbers{0, 0, 0}));
}

TEST(registered) {
  bool found = false;
  for (const BackendStatus& status : backend_statuses()) found = found || (status.name == "reference" && status.available);
  CHECK(found);
}
