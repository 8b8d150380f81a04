// Host memory: how much there is, and blocks that are used again.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "backend.h"

namespace laminet {

// The machine's memory, or the control group's if that is less.
size_t total_host_memory();

// Throws OUT_OF_MEMORY, naming `what`, when a block of so many bytes would not fit into what is free now. Linux promises memory that it
// does not have and kills the process at the first touch, so large blocks ask first.
void require_host_memory(size_t bytes, const std::string& what);

// "12.5 MB"
std::string bytes_text(size_t bytes);

// Blocks by size: a block whose last user is gone waits for the next request of its size. Any thread may use it.
class HostPool {
 public:
  HostPool();
  // A block with undefined contents, aligned to a cache line. Throws OUT_OF_MEMORY, naming `what`.
  HostMemory acquire(size_t bytes, const std::string& what);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the blocks that are out
};

}  // namespace laminet
