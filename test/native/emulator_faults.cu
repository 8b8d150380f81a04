// Launches of kernels with mistakes.
#include "emulator_faults.cuh"

#include "emulator/enqueue.h"
#include "emulator_faults.h"

namespace laminet::test {
namespace {

constexpr int kCount = 64;

float* device_floats(int count, FirstError& error) {
  void* memory = nullptr;
  error(cudaMalloc(&memory, count * sizeof(float)));
  std::vector<float> ones(count, 1.0F);
  error(cudaMemcpy(memory, ones.data(), count * sizeof(float), cudaMemcpyHostToDevice));
  return static_cast<float*>(memory);
}

template <typename Arguments>
cudaError_t launch(void (*kernel)(Arguments), const Arguments& arguments, FirstError& error, int threads = kCount) {
  kernel<<<1, threads>>>(arguments);
  error(cudaGetLastError());
  error(cudaDeviceSynchronize());
  return error.get();
}

// A kernel over two buffers of 64 floats.
template <auto wrong_kernel, auto right_kernel, int threads = kCount>
cudaError_t over_buffers(bool wrong, bool&) {
  FirstError error;
  float* const in = device_floats(kCount, error);
  float* const out = device_floats(kCount, error);
  return launch(wrong ? wrong_kernel : right_kernel, Buffers{Global<const float>(in), Global<float>(out), kCount}, error, threads);
}
#define OVER_BUFFERS(kernel) over_buffers<kernel<true>, kernel<false>>

cudaError_t neighbour(bool wrong, bool&) {
  FirstError error;
  float* const out = device_floats(kCount, error);
  float* const in = device_floats(kCount, error);
  return launch(wrong ? strays_into_neighbour<true> : strays_into_neighbour<false>, Strayed{Global<float>(out), in - out}, error);
}

cudaError_t add_one(const float* in, float* out, FirstError& error) {
  return launch(adds_one, Buffers{Global<const float>(in), Global<float>(out), kCount}, error);
}

cudaError_t freed(bool wrong, bool&) {
  FirstError error;
  float* const in = device_floats(kCount, error);
  float* const out = device_floats(kCount, error);
  if (wrong) error(cudaFree(in));
  return add_one(in, out, error);
}

cudaError_t host_pointer(bool wrong, bool&) {
  FirstError error;
  const std::vector<float> host(kCount);
  const float* const in = device_floats(kCount, error);
  return add_one(wrong ? host.data() : in, device_floats(kCount, error), error);
}

cudaError_t null_pointer(bool wrong, bool&) {
  FirstError error;
  const float* const in = device_floats(kCount, error);
  return add_one(wrong ? nullptr : in, device_floats(kCount, error), error);
}

// Two tensors of 64 floats with a gap between in one allocation, as in a program's arena.
cudaError_t between_tensors(bool wrong, bool&) {
  FirstError error;
  float* const arena = device_floats(4 * kCount, error);
  const size_t offsets[] = {0, 2 * kCount * sizeof(float)};
  const size_t bytes[] = {kCount * sizeof(float), kCount * sizeof(float)};
  laminet_emulator_note_tensors(arena, offsets, bytes, 2);
  return add_one(arena, arena + (wrong ? kCount : 2 * kCount), error);
}

cudaError_t too_many_threads(bool wrong, bool&) {
  FirstError error;
  float* const memory = device_floats(2048, error);
  return launch(adds_one, Buffers{Global<const float>(memory), Global<float>(memory), 2048}, error, wrong ? 1025 : 1024);
}

cudaError_t empty_grid(bool wrong, bool&) {
  FirstError error;
  float* const memory = device_floats(kCount, error);
  adds_one<<<wrong ? 0 : 1, kCount>>>(Buffers{Global<const float>(memory), Global<float>(memory), kCount});
  error(cudaGetLastError());
  return error.get();
}

cudaError_t too_much_shared_memory(bool wrong, bool&) {
  FirstError error;
  float* const memory = device_floats(kCount, error);
  adds_one<<<1, kCount, wrong ? 64 * 1024 : 1024>>>(Buffers{Global<const float>(memory), Global<float>(memory), kCount});
  error(cudaGetLastError());
  return error.get();
}

cudaError_t no_image(bool wrong, bool&) {
  FirstError error;
  float* const memory = device_floats(kCount, error);
  const Buffers arguments{Global<const float>(memory), Global<float>(memory), kCount};
  return launch(wrong ? is_not_compiled_for_the_device : adds_one, arguments, error);
}

cudaError_t unwritten_memory(bool wrong, bool& numbers_wrong) {
  FirstError error;
  void* in = nullptr;
  error(cudaMalloc(&in, kCount * sizeof(float)));
  if (!wrong) error(cudaMemset(in, 0, kCount * sizeof(float)));
  float* const out = device_floats(kCount, error);
  add_one(static_cast<const float*>(in), out, error);
  float result = 0;
  error(cudaMemcpy(&result, out, sizeof result, cudaMemcpyDeviceToHost));
  numbers_wrong = result != 1;
  return error.get();
}

// Run under EMULATOR_ORDER=reversed.
cudaError_t order(bool wrong, bool& numbers_wrong) {
  FirstError error;
  auto* const next = reinterpret_cast<int*>(device_floats(1, error));
  auto* const out = reinterpret_cast<int*>(device_floats(kCount, error));
  error(cudaMemset(next, 0, sizeof(int)));
  launch(wrong ? depends_on_order<true> : depends_on_order<false>, Appended{Global<int>(next), Global<int>(out)}, error);
  std::vector<int> result(kCount);
  error(cudaMemcpy(result.data(), out, kCount * sizeof(int), cudaMemcpyDeviceToHost));
  for (int i = 0; i < kCount; ++i) numbers_wrong = numbers_wrong || result[i] != i;
  return error.get();
}

}  // namespace

std::vector<Fault> kernel_faults() {
  const auto memory = cudaErrorIllegalAddress;
  const auto launch = cudaErrorLaunchFailure;
  return {
      {"a kernel reads past the end of a buffer", memory, "byte 256 from the beginning of an allocation of 256",
       OVER_BUFFERS(reads_past_end)},
      {"a kernel writes past the end of a buffer", memory, "byte 256 from the beginning of an allocation of 256",
       over_buffers<writes_past_end<true>, writes_past_end<false>, 65>},
      {"a kernel writes before the beginning of a buffer", memory, "accesses 4 bytes", OVER_BUFFERS(writes_before_beginning)},
      {"a kernel strays into another allocation", memory, "its pointer is", neighbour},
      {"a kernel reads memory that was freed", memory, "that was freed", freed},
      {"a kernel reads host memory", memory, "which is no device memory", host_pointer},
      {"a kernel follows a null pointer", memory, "which is no device memory", null_pointer},
      {"a kernel writes between the tensors of an arena", memory, "between the tensors in it", between_tensors},
      {"a kernel loads a vector from an odd address", cudaErrorMisalignedAddress, "not a multiple of 16",
       OVER_BUFFERS(loads_misaligned_vector)},
      {"shared memory: no barrier between write and read", launch, "a race: ", OVER_BUFFERS(lacks_barrier)},
      {"shared memory: no barrier before it is used again", launch, "a race: ", OVER_BUFFERS(lacks_barrier_before_reuse)},
      {"shared memory: two threads write one element", launch, "a race: ", OVER_BUFFERS(writes_one_element_twice)},
      {"shared memory: no __syncwarp within a warp", launch, "a race: ", OVER_BUFFERS(lacks_warp_barrier)},
      {"shared memory: read before it is written", launch, "before anybody has written it", OVER_BUFFERS(reads_unwritten_shared)},
      {"shared memory: index past the end", memory, "which has 64 elements", OVER_BUFFERS(leaves_shared_array)},
      {"__syncthreads in a branch that not all take", launch, "__syncthreads", OVER_BUFFERS(branches_around_barrier)},
      {"__syncthreads after some threads have returned", launch, "__syncthreads", OVER_BUFFERS(returns_before_barrier)},
      {"a shuffle in a branch that half the warp takes", launch, "wait for ever", OVER_BUFFERS(shuffles_without_half_the_warp)},
      {"a shuffle from a lane outside the block", launch, "which does not take part",
       over_buffers<shuffles_from_outside_the_block<true>, shuffles_from_outside_the_block<false>, 48>},
      {"lanes of a warp come to different calls", launch, "different calls", OVER_BUFFERS(mixes_calls_of_a_warp)},
      {"a block of 1025 threads", cudaErrorInvalidConfiguration, "a block of (1025, 1, 1)", too_many_threads},
      {"a grid of no blocks", cudaErrorInvalidConfiguration, "a grid of (0, 1, 1)", empty_grid},
      {"64 KiB of shared memory", cudaErrorInvalidValue, "65536 bytes of shared memory", too_much_shared_memory},
      {"a kernel that no list names", cudaErrorNoKernelImageForDevice, "is in no LAMINET_KERNELS list", no_image},
      {"a kernel reads memory that nobody has written", cudaSuccess, "NaN", unwritten_memory},
      {"a result that depends on the order of threads", cudaSuccess, "other numbers in another order", order},
  };
}

}  // namespace laminet::test
