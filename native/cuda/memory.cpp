#include "memory.h"

#include <algorithm>
#include <utility>

#include "runtime/host_memory.h"
#include "status.h"

namespace laminet::cuda {

namespace {

[[noreturn]] void throw_out_of_memory(size_t bytes, size_t used, const std::string& what) {
  size_t free = 0, total = 0;
  cudaMemGetInfo(&free, &total);
  int index = 0;
  cudaGetDevice(&index);
  throw Error("OUT_OF_MEMORY", "device 'cuda:" + std::to_string(index) + "': out of memory: " + what + " needs " + bytes_text(bytes) +
                                   "; free " + bytes_text(free) + " of " + bytes_text(total) + ", held by this process's tensors and programs " +
                                   bytes_text(used) + "; use a smaller batch or dispose tensors");
}

}  // namespace

// Not blocking: nothing here ever waits for the legacy stream.
Account::Account() { LAMINET_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)); }

Account::~Account() { cudaStreamDestroy(stream); }

DeviceMemory::DeviceMemory(std::shared_ptr<Account> account, size_t bytes, const std::string& what)
    : account_(std::move(account)), bytes_(bytes) {
  require_usable();
  // A tensor without elements still has an address of its own.
  const cudaError_t status = cudaMallocAsync(&data_, std::max<size_t>(bytes, 1), account_->stream);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    throw_out_of_memory(bytes, account_->used, what);
  }
  check(status, "cudaMallocAsync");
  account_->used += bytes_;
  account_->peak = std::max(account_->peak, account_->used);
}

DeviceMemory::~DeviceMemory() {
  cudaFreeAsync(data_, account_->stream);  // fails harmlessly when the context is lost
  account_->used -= bytes_;
}

PinnedMemory::PinnedMemory(size_t bytes) { LAMINET_CUDA(cudaHostAlloc(&data_, std::max<size_t>(bytes, 1), cudaHostAllocDefault)); }

PinnedMemory::~PinnedMemory() { cudaFreeHost(data_); }

}  // namespace laminet::cuda
