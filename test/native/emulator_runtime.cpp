// The emulated runtime: when work of streams runs, what events order, how memory is copied, and failures that a test asks for.
#include "emulator_device.h"

namespace laminet::test {

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
  for (int i = 0; i < 130; ++i) CUDA(note(stream, diary, i));
  CHECK_EQUAL(diary, (Numbers{0, 1}));
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
