// Turns kernels into steps: keeps, for every value, the tensors that hold it (one a layout), inserts the conversions that a kernel's wishes
// need, and collects the steps in the order of execution.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph.h"
#include "layout.h"
#include "library.h"
#include "step.h"

namespace laminet::cpu {

// One argument of a primitive, as the library numbers them (DNNL_ARG_...).
struct Argument {
  int slot;
  int tensor;
  MemoryDesc desc;
};

struct SavedPooling {
  Layout image;           // of what was pooled
  int places;             // tensor
  int x_at_maximum = -1;  // tensor; where a batch norm's result was pooled: of its operand
};

class Lowering {
 public:
  explicit Lowering(const ClaimGraph& graph);

  const ClaimGraph& graph;
  Library& library;
  const Program& program() const { return graph.program; }
  const Type& type(int value) const { return program().types[value]; }

  // The kernel whose steps follow: names and layer of its steps. The first that is no reorder does its arithmetic.
  void begin(const std::string& name, const std::string& layer, double flops = 0);

  // The tensor that first held the value, whatever its layout.
  int tensor(int value) const;
  const Layout& layout(int value) const { return tensors_[tensor(value)].layout; }
  // The value in this layout: the tensor that has it, or a conversion.
  int use(int value, const Layout& layout);
  int use_plain(int value) { return use(value, Layout::plain(type(value))); }
  // A new tensor for a result.
  int define(int value, const Layout& layout);
  int define_plain(int value) { return define(value, Layout::plain(type(value))); }
  // The result is the memory of a tensor, seen as `layout`.
  int define_alias(int value, int tensor, const Layout& layout);
  // The result is kept outside the arena: an input, a variable, a constant.
  int define_stored(int value, const Layout& layout, Storage storage, int index);
  // The blocked layout in which another value of this shape lies, for results that could have any.
  std::optional<Layout> usual_layout(const Shape& shape) const;
  // A further tensor of a value that is there already.
  int add_copy(int value, const Layout& layout);
  int scratch(size_t bytes, const std::string& name = kScratchName);
  int temporary(const Layout& layout, const std::string& name);

  // Where max poolings left the places of their maxima, by result.
  std::map<int, SavedPooling> poolings;

  void add(std::vector<int> reads, std::vector<int> writes, std::unique_ptr<Work> work, const std::string& detail = {},
           std::vector<std::pair<int, int>> in_place = {});
  // A primitive; slots of results are recognised by the tensors in `writes`. Adds the scratchpad.
  void add_primitive(const dnnl::primitive& primitive, const dnnl::primitive_desc_base& desc, std::vector<Argument> reads,
                     std::vector<Argument> writes, const std::string& detail = {}, std::vector<std::pair<int, int>> in_place = {});
  // How the step that was added last runs slice by slice.
  void slice(Slicing slicing) { steps_.back().slicing = std::make_shared<const Slicing>(std::move(slicing)); }
  // A step that prepares another one of the kernel: "what (kernel)". The kernel's arithmetic is left to the other one.
  void add_preparation(const std::string& what, std::vector<int> reads, std::vector<int> writes, std::unique_ptr<Work> work,
                       const std::string& detail);
  // Converts one tensor to another.
  void add_reorder(int from, int to);
  // Copies bytes, for results that must lie somewhere else.
  void add_copy_step(int from, int to, const std::string& name);

  std::vector<Tensor> tensors() && { return std::move(tensors_); }
  std::vector<Tensor>& tensors() & { return tensors_; }
  std::vector<Step>& steps() { return steps_; }
  int reorders() const { return reorders_; }

 private:
  int new_tensor(Tensor tensor);

  std::vector<Tensor> tensors_;
  std::vector<Step> steps_;
  std::vector<std::vector<int>> held_;  // by value: tensors
  std::map<Shape, Layout> usual_;
  std::string name_, layer_;
  double flops_ = 0;
  int reorders_ = 0;
};

}  // namespace laminet::cpu
