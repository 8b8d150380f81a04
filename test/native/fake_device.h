// A device for tests of the engine: buffers are vectors of bytes, a "program" copies its inputs to its outputs, and it can be told to
// fail, to wait, or to be short of memory. It checks that everything is used and destroyed on one thread.
#pragma once

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "check.h"
#include "runtime/backend.h"

namespace laminet::test {

// What the test and the device's thread share.
struct FakeState {
  std::mutex mutex;
  std::condition_variable changed;
  std::thread::id thread;  // of the first call
  std::string failure;     // code of the error that the next run throws
  bool hold = false;       // runs wait until it is false, or until they are cancelled
  int running = 0;
  int runs = 0, compilations = 0, buffers = 0, executables = 0, devices = 0;
  size_t room = 1 << 20;
  Recorder* recorder = nullptr;
  std::string late_failure;  // code of the error that finish() throws, once

  void here() {
    if (thread == std::thread::id()) thread = std::this_thread::get_id();
    if (thread != std::this_thread::get_id()) fail("fake_device.h", __LINE__, "used on two threads");
  }
};

class FakeBuffer : public Buffer {
 public:
  FakeBuffer(const Type& made, FakeState& state) : Buffer(made), bytes(made.bytes()), state_(state) { ++state_.buffers; }
  ~FakeBuffer() override {
    state_.here();
    --state_.buffers;
  }
  std::vector<char> bytes;

 private:
  FakeState& state_;
};

inline std::vector<char>& bytes_of(const BufferPtr& buffer) { return static_cast<FakeBuffer&>(*buffer).bytes; }

class FakeExecutable : public Executable {
 public:
  explicit FakeExecutable(FakeState& state) : state_(state) { ++state_.executables; }
  ~FakeExecutable() override {
    state_.here();
    --state_.executables;
  }

  // Outputs are copies of the inputs (or of the variables when there are none); variables take the first input.
  void run(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs,
           const std::atomic<bool>& cancelled) override {
    state_.here();
    wait(cancelled);
    if (const std::string code = std::exchange(state_.failure, ""); !code.empty()) throw Error(code, "fake: " + code);
    for (size_t i = 0; i < outputs.size(); ++i) bytes_of(outputs[i]) = bytes_of(inputs.empty() ? variables[i] : inputs[i]);
    for (const BufferPtr& variable : variables) {
      if (!inputs.empty()) bytes_of(variable) = bytes_of(inputs[0]);
    }
    ++state_.runs;
    if (state_.recorder != nullptr) state_.recorder->kernel(0, 1, 2);
  }
  size_t bytes() const override { return 0; }
  std::vector<KernelInfo> kernels() const override { return {{"fake", "", "", 10, 20}}; }
  std::string plan() const override { return "fake plan"; }

 private:
  void wait(const std::atomic<bool>& cancelled) {
    std::unique_lock lock(state_.mutex);
    ++state_.running;
    state_.changed.notify_all();
    while (state_.hold && !cancelled) state_.changed.wait_for(lock, std::chrono::milliseconds(1));
    --state_.running;
    if (cancelled) throw Error("ABORTED", "fake: cancelled");
  }

  FakeState& state_;
};

class FakeDevice : public Device {
 public:
  explicit FakeDevice(FakeState& state) : state_(state) { ++state_.devices; }
  ~FakeDevice() override {
    state_.here();
    --state_.devices;
  }
  std::string description() const override { return "fake"; }
  BufferPtr allocate(const Type& type) override {
    state_.here();
    if (type.bytes() > state_.room) throw Error("OUT_OF_MEMORY", "fake: no room for " + type.text());
    return std::make_shared<FakeBuffer>(type, state_);
  }
  BufferPtr import(const Type& type, HostMemory memory) override {
    BufferPtr buffer = allocate(type);
    upload(*buffer, memory.data.get(), memory.bytes);
    return buffer;
  }
  void upload(Buffer& buffer, const void* source, size_t bytes) override {
    state_.here();
    std::memcpy(static_cast<FakeBuffer&>(buffer).bytes.data(), source, bytes);
  }
  void download(const Buffer& buffer, void* destination, size_t bytes) override {
    state_.here();
    std::memcpy(destination, static_cast<const FakeBuffer&>(buffer).bytes.data(), bytes);
  }
  std::unique_ptr<Executable> compile(const Program&, std::span<const HostMemory>, std::span<const BufferPtr>) override {
    state_.here();
    ++state_.compilations;
    if (const std::string code = std::exchange(compile_failure, ""); !code.empty()) throw Error(code, "fake: compile " + code);
    return std::make_unique<FakeExecutable>(state_);
  }
  void finish() override {
    state_.here();
    if (const std::string code = std::exchange(state_.late_failure, {}); !code.empty()) throw Error(code, "late");
  }
  MemoryInfo memory() const override { return {static_cast<size_t>(state_.buffers), 0, 7}; }
  void set_recorder(Recorder* recorder) override { state_.recorder = recorder; }

  static inline std::string compile_failure;

 private:
  FakeState& state_;
};

}  // namespace laminet::test
