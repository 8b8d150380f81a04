// How a step runs for a few images of the batch at a time. Neighbouring steps that can do so take turns, slice by slice, so that what one
// of them leaves is still in a core's cache when the next one reads it (slices.h).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "library.h"

namespace laminet::cpu {

// What a run over one slice gets.
struct Slice {
  void* const* memory;  // by tensor; of those that are cut, the slice's first image
  void* scratch;
  void* sums;           // partial results, kept from the first slice of a portion of the batch to its last
  bool first;           // of the portion
};

// The code for slices of a number of images; one thread at a time runs it.
class SliceWork {
 public:
  virtual ~SliceWork() = default;
  virtual size_t scratch_bytes() const { return 0; }
  virtual void run(const Slice& slice) = 0;
};

struct Slicing {
  int64_t batch = 0;
  std::vector<int> images;  // tensors that are cut, with the batch as their outermost axis; every other one is read or made whole
  // Null when the library has no code for so few images. Called while OpenMP has one thread.
  std::function<std::unique_ptr<SliceWork>(Library& library, int64_t images)> make = {};
  bool cheap = false;  // running it again where its result is read costs less than keeping that in memory until then
  // Results over the whole batch: bytes of a portion's partial ones, and what makes the results of them.
  size_t sums_bytes = 0;
  std::function<void(void* const* memory, std::span<void* const> sums)> finish = {};
};

// A slice's work that is nothing but a call.
template <typename Call>
class CallSliceWork : public SliceWork {
 public:
  explicit CallSliceWork(Call call) : call_(std::move(call)) {}
  void run(const Slice& slice) override { call_(slice); }

 private:
  Call call_;
};

template <typename Call>
std::unique_ptr<SliceWork> slice_work(Call call) {
  return std::make_unique<CallSliceWork<Call>>(std::move(call));
}

// The first images of a descriptor whose outermost axis is the batch.
inline MemoryDesc cut(const MemoryDesc& desc, int64_t images) {
  Dims dims = dims_of(desc);
  dims[0] = images;
  return desc.submemory_desc(dims, Dims(dims.size(), 0));
}

}  // namespace laminet::cpu
