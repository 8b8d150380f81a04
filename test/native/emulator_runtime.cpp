// The emulated runtime: when work of streams runs, what events and graphs order, what is counted, and failures that a test asks for.
#include <cuda_runtime_api.h>

#include <cstdlib>
#include <cstring>

#include "check.h"
#include "emulator/counts.h"
#include "emulator/enqueue.h"

namespace laminet::test {
namespace {

#define CUDA(call) CHECK_EQUAL(call, cudaSuccess)

// A device of its own for each test.
struct Device {
  Device(const char* variable = "EMULATOR_ORDER", const char* value = "0") : variable_(variable) {
    setenv(variable, value, 1);
    laminet_emulator_reset();
  }
  ~Device() {
    unsetenv(variable_);
    laminet_emulator_reset();
  }

  static cudaStream_t stream(unsigned flags = cudaStreamNonBlocking) {
    cudaStream_t stream = nullptr;
    CUDA(cudaStreamCreateWithFlags(&stream, flags));
    return stream;
  }
  static cudaEvent_t event(unsigned flags = cudaEventDisableTiming) {
    cudaEvent_t event = nullptr;
    CUDA(cudaEventCreateWithFlags(&event, flags));
    return event;
  }
  static laminet_emulator_counts counts() {
    laminet_emulator_counts counts{};
    laminet_emulator_get_counts(&counts);
    return counts;
  }

 private:
  const char* const variable_;
};

// Work that writes its number into a diary; the numbers of work that exists are counted.
struct Entry {
  std::vector<int>* diary;
  int number;
};
int entries = 0;

cudaError_t note(cudaStream_t stream, std::vector<int>& diary, int number) {
  ++entries;
  const auto run = [](void* state) {
    const auto* entry = static_cast<Entry*>(state);
    entry->diary->push_back(entry->number);
  };
  const auto destroy = [](void* state) {
    --entries;
    delete static_cast<Entry*>(state);
  };
  return laminet_emulator_enqueue(stream, "note", run, new Entry{&diary, number}, destroy);
}

using Numbers = std::vector<int>;

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

TEST(work_runs_when_somebody_waits) {
  const Device device;
  Numbers diary;
  const cudaStream_t stream = device.stream();
  CUDA(note(stream, diary, 1));
  CUDA(note(stream, diary, 2));
  CHECK_EQUAL(diary, Numbers{});
  CHECK_EQUAL(cudaStreamQuery(stream), cudaErrorNotReady);
  CUDA(cudaStreamQuery(stream));
  CHECK_EQUAL(diary, (Numbers{1, 2}));
  CUDA(note(stream, diary, 3));
  CUDA(cudaStreamDestroy(stream));
  CHECK_EQUAL(diary, (Numbers{1, 2, 3}));
  CHECK_EQUAL(entries, 0);
  CHECK_EQUAL(cudaStreamSynchronize(stream), cudaErrorInvalidResourceHandle);
}

TEST(a_full_stream_makes_room) {
  const Device device;
  Numbers diary;
  const cudaStream_t stream = device.stream();
  for (int i = 0; i < 1100; ++i) CUDA(note(stream, diary, i));
  CHECK_EQUAL(diary.size(), 76U);
}

TEST(streams_wait_for_events_only) {
  const Device device;
  Numbers diary;
  const cudaStream_t first = device.stream();
  const cudaStream_t second = device.stream();
  const cudaEvent_t event = device.event();
  CUDA(note(first, diary, 1));
  CUDA(cudaEventRecord(event, first));
  CUDA(note(first, diary, 2));
  CUDA(note(second, diary, 3));
  CUDA(cudaStreamWaitEvent(second, event, 0));
  CUDA(note(second, diary, 4));
  CUDA(cudaStreamSynchronize(second));
  CHECK_EQUAL(diary, (Numbers{3, 1, 4}));
  CUDA(cudaDeviceSynchronize());
  CHECK_EQUAL(diary, (Numbers{3, 1, 4, 2}));
}

TEST(the_legacy_stream_waits_for_blocking_streams) {
  const Device device;
  Numbers diary;
  CUDA(note(device.stream(), diary, 1));
  CUDA(note(device.stream(cudaStreamDefault), diary, 2));
  CUDA(note(nullptr, diary, 3));
  CHECK_EQUAL(diary, (Numbers{2, 3}));
}

TEST(events_are_asked_and_timed) {
  const Device device;
  Numbers diary;
  const cudaStream_t stream = device.stream();
  const cudaEvent_t begin = device.event(cudaEventDefault);
  const cudaEvent_t end = device.event(cudaEventDefault);
  CUDA(cudaEventQuery(begin));
  CUDA(cudaEventRecord(begin, stream));
  CUDA(note(stream, diary, 1));
  CUDA(cudaEventRecord(end, stream));
  float milliseconds = -1;
  CHECK_EQUAL(cudaEventElapsedTime(&milliseconds, begin, end), cudaErrorNotReady);
  CHECK_EQUAL(cudaEventQuery(end), cudaErrorNotReady);
  CUDA(cudaEventQuery(end));
  CUDA(cudaEventElapsedTime(&milliseconds, begin, end));
  CHECK(milliseconds >= 0);
  CHECK_EQUAL(cudaEventElapsedTime(&milliseconds, begin, device.event()), cudaErrorInvalidResourceHandle);
}

TEST(pageable_memory_is_staged_and_waited_for) {
  const Device device;
  const cudaStream_t stream = device.stream();
  void* memory = nullptr;
  CUDA(cudaMalloc(&memory, 4));
  int number = 7;
  CUDA(cudaMemcpyAsync(memory, &number, 4, cudaMemcpyHostToDevice, stream));
  number = 8;
  CHECK_EQUAL(device.counts().synchronizations, 0);
  CUDA(cudaMemcpyAsync(&number, memory, 4, cudaMemcpyDefault, stream));
  CHECK_EQUAL(number, 7);
  CHECK_EQUAL(device.counts().synchronizations, 1);
}

TEST(rows_are_copied_with_their_pitch) {
  const Device device;
  void* memory = nullptr;
  CUDA(cudaMalloc(&memory, 12));
  CUDA(cudaMemset(memory, 9, 12));
  CUDA(cudaMemset2D(memory, 4, 0, 2, 3));
  const char rows[] = "abcd";
  CUDA(cudaMemcpy2D(memory, 6, rows, 2, 2, 2, cudaMemcpyHostToDevice));
  std::vector<char> result(12);
  CUDA(cudaMemcpy(result.data(), memory, 12, cudaMemcpyDeviceToHost));
  CHECK_EQUAL(Numbers(result.begin(), result.end()), (Numbers{'a', 'b', 9, 9, 0, 0, 'c', 'd', 0, 0, 9, 9}));
  CHECK_EQUAL(cudaMemcpy2D(memory, 1, rows, 2, 2, 2, cudaMemcpyHostToDevice), cudaErrorInvalidPitchValue);
}

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

TEST(memory_ends) {
  const Device device("EMULATOR_MEMORY", "1000");
  void* memory = nullptr;
  void* more = nullptr;
  CUDA(cudaMalloc(&memory, 600));
  CHECK_EQUAL(cudaMalloc(&more, 600), cudaErrorMemoryAllocation);
  CHECK_EQUAL(cudaGetLastError(), cudaErrorMemoryAllocation);
  CUDA(cudaGetLastError());
  size_t free = 0, total = 0;
  CUDA(cudaMemGetInfo(&free, &total));
  CHECK_EQUAL(free, 400U);
  CHECK_EQUAL(total, 1000U);
  CUDA(cudaFree(memory));
  CUDA(cudaMalloc(&more, 600));
  CHECK(more != memory);
}

TEST(a_call_fails_when_a_test_asks_for_it) {
  const Device device("EMULATOR_FAIL", "cudaMallocHost:2:999");
  void* memory = nullptr;
  CUDA(cudaMallocHost(&memory, 8));
  CHECK_EQUAL(cudaMallocHost(&memory, 8), cudaErrorUnknown);
  CUDA(cudaMallocHost(&memory, 8));
}

TEST(a_failure_that_is_asked_for_can_lose_the_device) {
  const Device device("EMULATOR_FAIL", "cudaMallocHost:1:719");
  void* memory = nullptr;
  CHECK_EQUAL(cudaMallocHost(&memory, 8), cudaErrorLaunchFailure);
  CHECK_EQUAL(cudaMallocHost(&memory, 8), cudaErrorLaunchFailure);
}

TEST(a_lost_device_stays_lost) {
  const Device device;
  Numbers diary;
  const cudaStream_t stream = device.stream();
  const auto access = [](void* pointer) { laminet_emulator_memory_behind(pointer, 1); };
  CUDA(laminet_emulator_enqueue(stream, "bad", access, nullptr, [](void*) {}));
  CUDA(note(stream, diary, 1));
  CHECK_EQUAL(cudaStreamSynchronize(stream), cudaErrorIllegalAddress);
  void* memory = nullptr;
  CHECK_EQUAL(cudaMalloc(&memory, 1), cudaErrorIllegalAddress);
  CHECK_EQUAL(cudaGetLastError(), cudaErrorIllegalAddress);
  CHECK_EQUAL(cudaGetLastError(), cudaErrorIllegalAddress);
  CHECK_EQUAL(note(stream, diary, 2), cudaErrorIllegalAddress);
  CHECK_EQUAL(diary, Numbers{});
  CHECK_EQUAL(entries, 0);
}

TEST(the_device_describes_itself) {
  const Device device;
  cudaDeviceProp properties{};
  int threads = 0, count = 0;
  CUDA(cudaGetDeviceCount(&count));
  CHECK_EQUAL(count, 1);
  CUDA(cudaGetDeviceProperties(&properties, 0));
  CHECK_EQUAL(std::string(properties.name), "laminet emulated device");
  CUDA(cudaDeviceGetAttribute(&threads, cudaDevAttrMaxThreadsPerBlock, 0));
  CHECK_EQUAL(threads, 1024);
  CHECK_EQUAL(cudaSetDevice(1), cudaErrorInvalidDevice);
  CHECK_EQUAL(std::string(cudaGetErrorName(cudaErrorIllegalAddress)), "cudaErrorIllegalAddress");
  CHECK_EQUAL(std::string(cudaGetErrorString(cudaErrorIllegalAddress)), "an illegal memory access was encountered");
}

}  // namespace laminet::test
