// The emulated runtime: graphs that streams are captured into, and counts of what the device has done.
#include "emulator_device.h"

namespace laminet::test {
namespace {

template <typename Body>
cudaGraph_t captured(cudaStream_t stream, const Body& body) {
  cudaGraph_t graph = nullptr;
  CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  body();
  CUDA(cudaStreamEndCapture(stream, &graph));
  return graph;
}

cudaGraphExec_t executable(cudaGraph_t graph) {
  cudaGraphExec_t made = nullptr;
  CUDA(cudaGraphInstantiate(&made, graph, 0));
  return made;
}

}  // namespace

TEST(graphs_replay_what_was_captured) {
  const Device device;
  Numbers diary;
  const cudaStream_t stream = device.stream();
  const cudaGraph_t graph = captured(stream, [&] {
    CUDA(note(stream, diary, 1));
    CUDA(note(stream, diary, 2));
  });
  CHECK_EQUAL(diary, Numbers{});
  size_t nodes = 0;
  CUDA(cudaGraphGetNodes(graph, nullptr, &nodes));
  CHECK_EQUAL(nodes, 2U);
  const cudaGraphExec_t replay = executable(graph);
  CUDA(cudaGraphDestroy(graph));
  CUDA(cudaGraphLaunch(replay, stream));
  CUDA(note(stream, diary, 3));
  CUDA(cudaGraphLaunch(replay, stream));
  CUDA(cudaGraphExecDestroy(replay));
  CHECK_EQUAL(diary, Numbers{});
  CUDA(cudaStreamSynchronize(stream));
  CHECK_EQUAL(diary, (Numbers{1, 2, 3, 1, 2}));
  CHECK_EQUAL(entries, 0);
}

TEST(captures_follow_forks_and_joins) {
  for (const char* order : {"0", "reversed", "1", "2", "3", "4", "5", "6"}) {
    const Device device("EMULATOR_ORDER", order);
    Numbers diary;
    const cudaStream_t first = device.stream();
    const cudaStream_t second = device.stream();
    const cudaEvent_t fork = device.event();
    const cudaEvent_t join = device.event();
    const cudaGraph_t graph = captured(first, [&] {
      CUDA(note(first, diary, 1));
      CUDA(cudaEventRecord(fork, first));
      CUDA(cudaStreamWaitEvent(second, fork, 0));
      CUDA(note(first, diary, 2));
      CUDA(note(second, diary, 3));
      CUDA(cudaEventRecord(join, second));
      CUDA(cudaStreamWaitEvent(first, join, 0));
      CUDA(note(first, diary, 4));
    });
    const cudaGraphExec_t replay = executable(graph);
    CUDA(cudaGraphLaunch(replay, first));
    CUDA(cudaStreamSynchronize(first));
    CHECK(diary == (Numbers{1, 2, 3, 4}) || diary == (Numbers{1, 3, 2, 4}));
    CUDA(cudaGraphDestroy(graph));
    CUDA(cudaGraphExecDestroy(replay));
  }
}

TEST(executables_take_over_graphs_of_the_same_shape) {
  const Device device;
  Numbers diary;
  const cudaStream_t stream = device.stream();
  const auto graph_of = [&](int number, int nodes) {
    return captured(stream, [&] {
      for (int i = 0; i < nodes; ++i) CUDA(note(stream, diary, number));
    });
  };
  const cudaGraph_t one = graph_of(1, 1), two = graph_of(2, 1), longer = graph_of(3, 2);
  const cudaGraphExec_t replay = executable(one);
  cudaGraphExecUpdateResultInfo info{};
  CUDA(cudaGraphExecUpdate(replay, two, &info));
  CHECK_EQUAL(cudaGraphExecUpdate(replay, longer, &info), cudaErrorGraphExecUpdateFailure);
  CHECK_EQUAL(info.result, cudaGraphExecUpdateErrorTopologyChanged);
  CUDA(cudaGraphLaunch(replay, stream));
  CUDA(cudaStreamSynchronize(stream));
  CHECK_EQUAL(diary, Numbers{2});
  for (const cudaGraph_t graph : {one, two, longer}) CUDA(cudaGraphDestroy(graph));
  CUDA(cudaGraphExecDestroy(replay));
}

TEST(what_was_done_is_counted) {
  const Device device;
  Numbers diary;
  const cudaStream_t stream = device.stream();
  void *memory = nullptr, *pinned = nullptr;
  CUDA(cudaMallocAsync(&memory, 100, stream));
  CUDA(cudaHostAlloc(&pinned, 100, cudaHostAllocDefault));
  CUDA(cudaMemcpyAsync(memory, pinned, 50, cudaMemcpyHostToDevice, stream));
  CUDA(cudaMemcpyAsync(pinned, memory, 30, cudaMemcpyDeviceToHost, stream));
  const cudaGraph_t graph = captured(stream, [&] {
    CUDA(note(stream, diary, 1));
    CUDA(cudaMemcpyAsync(memory, static_cast<char*>(memory) + 50, 20, cudaMemcpyDeviceToDevice, stream));
    CUDA(cudaMemsetAsync(memory, 0, 10, stream));
  });
  const cudaGraphExec_t replay = executable(graph);
  CUDA(note(stream, diary, 2));
  CUDA(cudaGraphLaunch(replay, stream));
  CUDA(cudaGraphLaunch(replay, stream));
  CUDA(cudaFreeAsync(memory, stream));
  CUDA(cudaStreamSynchronize(stream));
  const laminet_emulator_counts counts = device.counts();
  CHECK_EQUAL(counts.kernels, 3);
  CHECK_EQUAL(counts.launch_calls, 1);
  CHECK_EQUAL(counts.graph_launches, 2);
  CHECK_EQUAL(counts.synchronizations, 1);
  CHECK_EQUAL(counts.queries, 0);
  CHECK_EQUAL(counts.allocations, 1);
  CHECK_EQUAL(counts.frees, 1);
  CHECK_EQUAL(counts.pinned_allocations, 1);
  CHECK_EQUAL(counts.copies, 4);
  CHECK_EQUAL(counts.fills, 2);
  CHECK_EQUAL(counts.bytes_to_device, 50);
  CHECK_EQUAL(counts.bytes_to_host, 30);
  CHECK_EQUAL(counts.bytes_within_device, 40);
  CUDA(cudaGraphDestroy(graph));
  CUDA(cudaGraphExecDestroy(replay));
}

}  // namespace laminet::test
