#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <utility>

namespace laminet::cpu {

namespace {

constexpr size_t kLine = 64, kHugePage = 2 << 20, kHugeFrom = 4 << 20;

size_t physical_memory() {
  static const size_t bytes = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGE_SIZE));
  return bytes;
}

// The machine's memory, or the control group's if that is less.
size_t total_memory() {
  static const size_t total = [] {
    size_t limit = 0;
    for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
      if (std::ifstream file{path}; file >> limit && limit > 0 && limit < physical_memory()) return limit;
    return physical_memory();
  }();
  return total;
}

std::string megabytes(size_t bytes) {
  const size_t tenths = bytes / 104858;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

[[noreturn]] void throw_out_of_memory(size_t bytes, size_t used, const std::string& what) {
  throw Error("OUT_OF_MEMORY", "device 'cpu': out of memory: " + what + " needs " + megabytes(bytes) + "; in use " + megabytes(used) +
                                   " of " + megabytes(total_memory()) + "; use a smaller batch or dispose tensors");
}

}  // namespace

void Account::take(size_t bytes, const std::string& what) {
  const size_t before = used_.fetch_add(bytes);
  if (bytes > total_memory() || before > total_memory() - bytes) {
    used_ -= bytes;
    throw_out_of_memory(bytes, before, what);
  }
  size_t peak = peak_;
  while (peak < before + bytes && !peak_.compare_exchange_weak(peak, before + bytes)) {
  }
}

MemoryInfo Account::info() const { return {used_, peak_, total_memory()}; }

Block::Block(std::shared_ptr<Account> account, size_t bytes, const std::string& what) {
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
