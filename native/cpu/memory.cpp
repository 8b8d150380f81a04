#include "memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <utility>

#include "runtime/host_memory.h"

namespace laminet::cpu {

namespace {

constexpr size_t kLine = 64, kHugePage = 2 << 20, kHugeFrom = 4 << 20;

[[noreturn]] void throw_out_of_memory(size_t bytes, size_t used, const std::string& what) {
  throw Error("OUT_OF_MEMORY", "device 'cpu': out of memory: " + what + " needs " + bytes_text(bytes) + "; in use " + bytes_text(used) +
                                   " of " + bytes_text(total_host_memory()) + "; use a smaller batch or dispose tensors");
}

}  // namespace

void Account::take(size_t bytes, const std::string& what) {
  const size_t before = used_.fetch_add(bytes);
  if (bytes > total_host_memory() || before > total_host_memory() - bytes) {
    used_ -= bytes;
    throw_out_of_memory(bytes, before, what);
  }
  size_t peak = peak_;
  while (peak < before + bytes && !peak_.compare_exchange_weak(peak, before + bytes)) {
  }
}

MemoryInfo Account::info() const { return {used_, peak_, total_host_memory()}; }

Block::Block(std::shared_ptr<Account> account, size_t bytes, const std::string& what) {
  require_host_memory(bytes, what);
  account->take(bytes, what);
  const size_t alignment = bytes >= kHugeFrom ? kHugePage : kLine;
  // A zero-sized tensor still has an address; vector loads may read to the end of the last cache line.
  const size_t rounded = (bytes + alignment) / alignment * alignment;
  data_ = std::aligned_alloc(alignment, rounded);
  if (data_ == nullptr) {
    const size_t used = account->info().used;
    account->give(bytes);
    throw_out_of_memory(bytes, used, what);
  }
#ifdef MADV_HUGEPAGE
  if (bytes >= kHugeFrom) madvise(data_, rounded, MADV_HUGEPAGE);
#endif
  account_ = std::move(account);
  bytes_ = bytes;
}

Block::~Block() {
  if (data_ == nullptr) return;
  std::free(data_);
  account_->give(bytes_);
}

void Block::swap(Block& other) noexcept {
  std::swap(account_, other.account_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
}

}  // namespace laminet::cpu
