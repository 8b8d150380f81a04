// Library primitives as the code of steps and slices. Their memory objects follow the addresses of the run without allocating.
#pragma once

#include <vector>

#include "library.h"
#include "slicing.h"
#include "step.h"

namespace laminet::cpu {

struct Argument;

// A primitive and its arguments, whose addresses change from run to run.
class BoundPrimitive {
 public:
  BoundPrimitive(Library& library, const dnnl::primitive& primitive) : library_(library), primitive_(primitive) {}
  void add(int slot, const MemoryDesc& desc);
  // In the order of `add`.
  void bind(size_t argument, void* address);
  void execute();
  size_t arguments() const { return arguments_.size(); }

 private:
  Library library_;
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memory_;
  std::vector<void*> addresses_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

class PrimitiveWork : public Work {
 public:
  PrimitiveWork(Library& library, const dnnl::primitive& primitive, const std::vector<Argument>& arguments);
  void run(void* const* memory) override;

 private:
  BoundPrimitive primitive_;
  std::vector<int> tensors_;
};

// `arguments` without the scratchpad, which it takes from the slice.
class PrimitiveSliceWork : public SliceWork {
 public:
  PrimitiveSliceWork(Library& library, const dnnl::primitive& primitive, const dnnl::primitive_desc_base& desc,
                     const std::vector<Argument>& arguments);
  size_t scratch_bytes() const override { return scratch_bytes_; }
  void run(const Slice& slice) override;

 private:
  BoundPrimitive primitive_;
  std::vector<int> tensors_;
  size_t scratch_bytes_;
};

// Throws what a status of the library says.
void check(dnnl_status_t status, const char* what);

}  // namespace laminet::cpu
