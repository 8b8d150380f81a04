#include "lowering.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "primitive.h"
#include "reorder.h"

namespace laminet::cpu {

namespace {

class CopyWork : public Work {
 public:
  CopyWork(int from, int to, size_t bytes) : from_(from), to_(to), bytes_(bytes) {}
  void run(void* const* memory) override {
    if (memory[from_] != memory[to_]) std::memcpy(memory[to_], memory[from_], bytes_);
  }

 private:
  int from_, to_;
  size_t bytes_;
};

// An image whose batch, the listing's first axis, is the outermost one in memory.
bool leads_with_batch(const Layout& layout) {
  const Blocking blocking = blocking_of(layout.desc());
  if (!blocking.blocked || blocking.dims.size() != 4) return false;
  return std::all_of(blocking.strides.begin() + 1, blocking.strides.end(), [&](int64_t stride) { return stride < blocking.strides.front(); });
}

Slicing reorder_slices(int from, const MemoryDesc& source, int to, const MemoryDesc& destination) {
  return {dims_of(source)[0], {from, to}, [=](Library& library, int64_t images) -> std::unique_ptr<SliceWork> {
            const MemoryDesc some = cut(source, images), result = cut(destination, images);
            const dnnl::primitive_attr attribute = attributes();
            const dnnl::reorder::primitive_desc desc(library.engine, some, library.engine, result, attribute);
            return std::make_unique<PrimitiveSliceWork>(library, dnnl::reorder(desc), desc,
                                                        std::vector<Argument>{{DNNL_ARG_FROM, from, some}, {DNNL_ARG_TO, to, result}});
          }};
}

}  // namespace

Lowering::Lowering(const ClaimGraph& graph) : graph(graph), library(graph.library), held_(graph.program.types.size()) {}

void Lowering::begin(const std::string& name, const std::string& layer, double flops) {
  name_ = name;
  layer_ = layer;
  flops_ = flops;
}

int Lowering::new_tensor(Tensor tensor) {
  tensors_.push_back(std::move(tensor));
  return static_cast<int>(tensors_.size()) - 1;
}

int Lowering::tensor(int value) const {
  if (held_[value].empty()) throw Error("INTERNAL", "compile: %" + std::to_string(value) + " is read before it is computed");
  return held_[value].front();
}

int Lowering::use(int value, const Layout& layout) {
  const int first = tensor(value);
  for (int held : held_[value])
    if (tensors_[held].layout == layout) return held;
  // Two blocked layouts that split their axes differently meet in the plain one.
  const bool direct = tensors_[first].layout.is_plain() || layout.is_plain() || tensors_[first].layout.dims() == layout.dims();
  const int from = direct ? first : use_plain(value);
  const int to = add_copy(value, layout);
  add_reorder(from, to);
  return to;
}

int Lowering::define(int value, const Layout& layout) {
  if (!layout.is_plain() && layout.dtype() == DType::f32) usual_.insert_or_assign(type(value).shape, layout);
  return add_copy(value, layout);
}

std::optional<Layout> Lowering::usual_layout(const Shape& shape) const {
  const auto found = usual_.find(shape);
  return found == usual_.end() ? std::nullopt : std::optional(found->second);
}

int Lowering::add_copy(int value, const Layout& layout) {
  const int tensor = new_tensor({"%" + std::to_string(value), layout, layout.bytes(), Storage::arena, -1});
  held_[value].push_back(tensor);
  return tensor;
}

int Lowering::define_alias(int value, int tensor, const Layout& layout) {
  while (tensors_[tensor].storage == Storage::alias) tensor = tensors_[tensor].index;
  held_[value].push_back(new_tensor({"%" + std::to_string(value), layout, layout.bytes(), Storage::alias, tensor}));
  return held_[value].back();
}

int Lowering::define_stored(int value, const Layout& layout, Storage storage, int index) {
  held_[value].push_back(new_tensor({"%" + std::to_string(value), layout, layout.bytes(), storage, index}));
  return held_[value].back();
}

int Lowering::scratch(size_t bytes, const std::string& name) { return new_tensor({name, Layout(), bytes, Storage::arena, -1}); }

int Lowering::temporary(const Layout& layout, const std::string& name) {
  return new_tensor({name, layout, layout.bytes(), Storage::arena, -1});
}

void Lowering::add(std::vector<int> reads, std::vector<int> writes, std::unique_ptr<Work> work, const std::string& detail,
                   std::vector<std::pair<int, int>> in_place) {
  steps_.push_back({name_, detail, layer_, std::exchange(flops_, 0), std::move(reads), std::move(writes), std::move(in_place), std::move(work)});
}

void Lowering::add_primitive(const dnnl::primitive& primitive, const dnnl::primitive_desc_base& desc, std::vector<Argument> reads,
                             std::vector<Argument> writes, const std::string& detail, std::vector<std::pair<int, int>> in_place) {
  if (const MemoryDesc scratchpad = desc.scratchpad_desc(); scratchpad.get_size() > 0)
    writes.push_back({DNNL_ARG_SCRATCHPAD, scratch(scratchpad.get_size()), scratchpad});
  std::vector<int> read_tensors, written_tensors;
  for (const Argument& argument : reads) read_tensors.push_back(argument.tensor);
  for (const Argument& argument : writes) written_tensors.push_back(argument.tensor);
  std::vector<Argument> arguments = std::move(reads);
  arguments.insert(arguments.end(), writes.begin(), writes.end());
  std::string text = desc.impl_info_str();
  if (!detail.empty()) text += ", " + detail;
  add(std::move(read_tensors), std::move(written_tensors), std::make_unique<PrimitiveWork>(library, primitive, arguments), text,
      std::move(in_place));
}

void Lowering::add_preparation(const std::string& what, std::vector<int> reads, std::vector<int> writes, std::unique_ptr<Work> work,
                               const std::string& detail) {
  const std::string kept = std::exchange(name_, what + " (" + name_ + ")");
  const double flops = std::exchange(flops_, 0);
  add(std::move(reads), std::move(writes), std::move(work), detail);
  name_ = kept;
  flops_ = flops;
}

void Lowering::add_reorder(int from, int to) {
  const Layout source = tensors_[from].layout, destination = tensors_[to].layout;
  const ReorderDescs descs = reorder_descs(source, destination);
  const dnnl::primitive_attr attribute = attributes();
  const dnnl::reorder::primitive_desc desc(library.engine, descs.from, library.engine, descs.to, attribute);
  const std::string kept = std::exchange(name_, "reorder (" + name_ + ")");
  const double flops = std::exchange(flops_, 0);
  add_primitive(dnnl::reorder(desc), desc, {{DNNL_ARG_FROM, from, descs.from}}, {{DNNL_ARG_TO, to, descs.to}},
                source.text() + " -> " + destination.text() + " " + tensors_[to].name);
  if (leads_with_batch(source) && leads_with_batch(destination)) slice(reorder_slices(from, descs.from, to, descs.to));
  name_ = kept;
  flops_ = flops;
  ++reorders_;
}

void Lowering::add_copy_step(int from, int to, const std::string& name) {
  name_ = name;
  add({from}, {to}, std::make_unique<CopyWork>(from, to, tensors_[to].bytes), tensors_[to].name);
}

}  // namespace laminet::cpu
