// The code of a step that is made of others: a thread runs all of them for a few images, then for the next ones. What only they use lies in
// the thread's own memory, for one slice at a time. Threads take the batch in portions, as they get done: one that is kept from its core does
// not keep the others waiting. Portions have sums of their own, so that results do not depend on who takes them.
#pragma once

#include <vector>

#include "library.h"
#include "step.h"

namespace laminet::cpu {

class SlicedWork : public Work {
 public:
  // `places`: by tensor, where one that is only used inside lies in a thread's memory; -1 for all others.
  struct Plan {
    int64_t batch = 0, images = 0;    // of a slice
    int threads = 1, portions = 1;
    std::vector<int64_t> places;
    std::vector<size_t> image_bytes;  // by tensor; 0 for whole ones
    size_t thread_bytes = 0;          // of tensors; scratch and sums come on top
    int memory = -1;                  // the tensor that holds the memory of all threads; given once its size is known
  };

  // Null when one of the parts has no code for the slices.
  static std::unique_ptr<SlicedWork> make(Library& library, const std::vector<Step>& parts, Plan plan);

  size_t memory_bytes() const { return thread_bytes_ * static_cast<size_t>(plan_.threads) + portion_bytes_ * portions_.size(); }
  void set_memory(int tensor) { plan_.memory = tensor; }
  int64_t images() const { return plan_.images; }
  // The tensor lies in the threads' memory.
  bool keeps(int tensor) const { return plan_.places[tensor] >= 0; }
  void run(void* const* memory) override { run_slices(memory, false); }
  void run_timed(void* const* memory, const std::function<void(int part, int64_t begin, int64_t end)>& report) override;

 private:
  struct Part {
    std::unique_ptr<SliceWork> whole, rest;  // for full slices, and for the shorter last one
    int64_t nanoseconds = 0;
  };
  struct Portion {
    int64_t begin = 0, end = 0;  // images
    std::vector<Part> parts;
    std::vector<void*> memory;   // by tensor
  };

  explicit SlicedWork(Plan plan) : plan_(std::move(plan)) {}
  bool build(Library& library, const std::vector<Step>& parts);
  void lay_out(const std::vector<Step>& parts);
  void run_portion(Portion& portion, void* const* memory, char* own, char* sums, bool timed);
  void run_slices(void* const* memory, bool timed);
  char* memory_of_thread(void* const* memory, size_t thread) const {
    return static_cast<char*>(memory[plan_.memory]) + thread * thread_bytes_;
  }
  char* memory_of_portion(void* const* memory, size_t portion) const {
    return memory_of_thread(memory, static_cast<size_t>(plan_.threads)) + portion * portion_bytes_;
  }

  Plan plan_;
  std::vector<std::shared_ptr<const Slicing>> slicings_;  // by part
  std::vector<int> tensors_;                              // that the parts use
  std::vector<size_t> sums_;                              // by part: where in a portion's memory
  std::vector<Portion> portions_;
  std::vector<void*> portion_sums_;
  size_t scratch_ = 0, thread_bytes_ = 0, portion_bytes_ = 0;
};

}  // namespace laminet::cpu
