// A training on the emulated device, whose data arrives from the host as in `fit`, and what its steps ask of the device.
#pragma once

#include <dlfcn.h>

#include "emulator/counts.h"
#include "training_run.h"

namespace laminet::test {

using Counts = laminet_emulator_counts;

// The emulated libcudart is loaded by the finder, not linked.
template <typename Function>
Function* emulator(const char* name) {
  auto* const function = reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
  if (function == nullptr) fail(__FILE__, __LINE__, std::string(name) + " is not loaded: these tests need the emulated device");
  return function;
}

inline Counts counts() {
  Counts result{};
  emulator<void(Counts*)>("laminet_emulator_get_counts")(&result);
  return result;
}

class Training {
 public:
  Training(const std::string& model, int batch) : net_(tools::model_listing(model, batch)), program_(parse(net_->training())) {
    give_variables(session_, program_, net_->variables());
    executable_ = &session_.executable(program_);
    for (const int value : program_.returns) outputs_.push_back(session_.device().allocate(program_.types[value]));
  }

  void step(int number) {
    std::vector<BufferPtr> inputs;
    const std::vector<Bytes> batch = batch_of(program_, number);
    for (size_t i = 0; i < batch.size(); ++i) inputs.push_back(session_.device().import(program_.types[program_.inputs[i]], host(batch[i])));
    executable_->run(inputs, session_.variables, outputs_, never_);
  }

  // What one step asked for, once it has run.
  Counts counts_of_step(int number) {
    session_.device().finish();
    emulator<void()>("laminet_emulator_reset_counts")();
    step(number);
    Counts asked = counts();
    session_.device().finish();
    const Counts ran = counts();
    asked.kernels = ran.kernels;
    asked.copies = ran.copies;
    asked.bytes_to_device = ran.bytes_to_device;
    asked.bytes_within_device = ran.bytes_within_device;
    asked.bytes_to_host = ran.bytes_to_host;
    return asked;
  }

  size_t input_bytes() const {
    size_t bytes = 0;
    for (const int value : program_.inputs) bytes += program_.types[value].bytes();
    return bytes;
  }
  size_t steps() const { return kernels().size(); }
  std::vector<KernelInfo> kernels() const { return executable_->kernels(); }
  Device& device() { return session_.device(); }

 private:
  static HostMemory host(const Bytes& bytes) {
    auto copy = std::make_shared<Bytes>(bytes);
    return {std::shared_ptr<void>(copy, copy->data()), copy->size()};
  }

  Session session_{"cuda"};
  std::unique_ptr<tools::TrainingListing> net_;
  Program program_;
  Executable* executable_ = nullptr;
  std::vector<BufferPtr> outputs_;
  const std::atomic<bool> never_{false};
};

}  // namespace laminet::test
