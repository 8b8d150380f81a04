// The compiled form of a kernel: tensors, which are pieces of memory with a layout, and steps, which read and write them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "layout.h"
#include "slicing.h"

namespace laminet::cpu {

enum class Storage : uint8_t { arena, input, variable, output, constant, alias };

struct Tensor {
  std::string name;  // "%17 conv_1" or "scratch"
  Layout layout;
  size_t bytes = 0;
  Storage storage = Storage::arena;
  int index = -1;  // of the input, variable, output or constant; of the tensor whose memory an alias is
};

// The code of a step. `memory[t]` is the address of tensor t.
class Work {
 public:
  virtual ~Work() = default;
  virtual void run(void* const* memory) = 0;
  // The same, and reports the times of the step's parts.
  virtual void run_timed(void* const* memory, const std::function<void(int part, int64_t begin, int64_t end)>& report);
};

struct Step {
  std::string name, detail, layer;
  double flops = 0;                             // of the instructions that it stands for
  std::vector<int> reads, writes;               // tensors; scratch is written
  std::vector<std::pair<int, int>> in_place;    // (written, read): may be the same memory
  std::shared_ptr<Work> work;
  std::shared_ptr<const Slicing> slicing = {};  // null: it runs for the whole batch only
  std::vector<Step> parts = {};                 // that take turns in it, slice by slice; empty: it is one thing
};

// Memory for the time of a step.
inline constexpr const char* kScratchName = "scratch";

}  // namespace laminet::cpu
