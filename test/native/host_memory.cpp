// The pool of host memory and the question before a large block.
#include "runtime/host_memory.h"

#include <cstring>

#include "check.h"

using namespace laminet;
using namespace laminet::test;

TEST(blocks_are_used_again) {
  HostPool pool;
  HostMemory first = pool.acquire(1000, "a block");
  CHECK_EQUAL(first.bytes, 1000u);
  CHECK_EQUAL(reinterpret_cast<uintptr_t>(first.data.get()) % 64, 0u);
  const void* place = first.data.get();
  const HostMemory other = pool.acquire(1000, "a block");
  CHECK(other.data.get() != place);
  first = {};
  CHECK(pool.acquire(1000, "a block").data.get() == place);
}

TEST(blocks_outlive_the_pool) {
  HostMemory memory;
  {
    HostPool pool;
    memory = pool.acquire(64, "a block");
  }
  std::memset(memory.data.get(), 1, memory.bytes);
}

TEST(empty_block_has_an_address) {
  HostPool pool;
  CHECK(pool.acquire(0, "nothing").data.get() != nullptr);
}

TEST(more_than_there_is) {
  HostPool pool;
  const size_t total = total_host_memory();
  CHECK(total > 0);
  CHECK_THROWS("OUT_OF_MEMORY", "out of memory: a tensor needs ", pool.acquire(total + 1, "a tensor"));
  require_host_memory(1000, "a little");
}

TEST(words) {
  CHECK_EQUAL(bytes_text(1572864), std::string("1.5 MB"));
}
