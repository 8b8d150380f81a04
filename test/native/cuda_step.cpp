// What a step asks of the driver: from the third on one graph launch, the copies of its inputs, and nothing that waits or allocates.
#include <dlfcn.h>

#include <cstdio>

#include "emulator/counts.h"
#include "training_run.h"

namespace laminet::test {
namespace {

using Counts = laminet_emulator_counts;

// The emulated libcudart is loaded by the finder, not linked.
template <typename Function>
Function* emulator(const char* name) {
  auto* const function = reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
  if (function == nullptr) fail(__FILE__, __LINE__, std::string(name) + " is not loaded: these tests need the emulated device");
  return function;
}

Counts counts() {
  Counts result{};
  emulator<void(Counts*)>("laminet_emulator_get_counts")(&result);
  return result;
}

// A training whose data arrives from the host, as in `fit`.
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
  size_t steps() const { return executable_->kernels().size(); }

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

void print(const std::string& title, const Counts& counts) {
  std::printf("%-28s %8lld %9lld %7lld %7lld %7lld %7lld %10lld %10lld\n", title.c_str(), (long long)counts.kernels,
              (long long)counts.launch_calls, (long long)counts.graph_launches, (long long)counts.synchronizations,
              (long long)counts.allocations, (long long)counts.copies, (long long)counts.bytes_to_device, (long long)counts.bytes_to_host);
}

void print_title() {
  std::printf("%-28s %8s %9s %7s %7s %7s %7s %10s %10s\n", "a step of", "kernels", "launches", "graphs", "waits", "allocs", "copies", "to device",
              "to host");
}

}  // namespace

TEST(a_steady_step_is_one_graph_launch) {
  print_title();
  for (const char* model : {"small", "B"}) {
    Training training(model, 4);
    const Counts first = training.counts_of_step(0);
    print(std::string(model) + ", first (eager)", first);
    CHECK_EQUAL(first.graph_launches, 0);
    CHECK(first.launch_calls >= static_cast<int64_t>(training.steps()) - 8);
    print(std::string(model) + ", second (captured)", training.counts_of_step(1));
    training.step(2);
    for (int step = 3; step < 6; ++step) {
      const Counts steady = training.counts_of_step(step);
      if (step == 3) print(std::string(model) + ", steady", steady);
      CHECK_EQUAL(steady.kernels, first.kernels);
      CHECK_EQUAL(steady.graph_launches, 1);
      CHECK_EQUAL(steady.launch_calls, 0);
      CHECK_EQUAL(steady.synchronizations, 0);
      CHECK_EQUAL(steady.allocations, 0);
      CHECK_EQUAL(steady.frees, 0);
      CHECK_EQUAL(steady.pinned_allocations, 0);
      CHECK_EQUAL(steady.bytes_to_host, 0);
      CHECK(steady.bytes_to_device >= static_cast<int64_t>(training.input_bytes()));
      CHECK(steady.bytes_to_device < static_cast<int64_t>(training.input_bytes()) + 1024);
    }
  }
}

// All parameters are updated by few launches, whatever their number.
TEST(the_optimizer_is_one_launch) {
  const auto net = tools::model_listing("B", 4);
  const Program program = parse(net->training());
  Session session("cuda");
  give_variables(session, program, net->variables());
  int updates = 0;
  for (const KernelInfo& kernel : session.executable(program).kernels()) updates += kernel.name.find("pointwise groups") != std::string::npos;
  CHECK(updates >= 1);
  CHECK(updates <= 12);
}

}  // namespace laminet::test
