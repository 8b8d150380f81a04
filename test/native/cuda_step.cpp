// What a step asks of the driver: from the third on one graph launch, the copies of its inputs, and nothing that waits or allocates.
#include <cstdio>

#include "emulated_training.h"

namespace laminet::test {
namespace {

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
