#include "primitive.h"

#include <string>

#include "lowering.h"

namespace laminet::cpu {

void check(dnnl_status_t status, const char* what) {
  if (status == dnnl_success) return;
  if (status == dnnl_out_of_memory) throw Error("OUT_OF_MEMORY", std::string("device 'cpu': ") + what + ": out of memory");
  throw Error("DEVICE", std::string("device 'cpu': ") + what + ": oneDNN returned status " + std::to_string(status));
}

void BoundPrimitive::add(int slot, const MemoryDesc& desc) {
  memory_.emplace_back(desc, library_.engine, nullptr);
  addresses_.push_back(nullptr);
  arguments_.push_back({slot, memory_.back().get()});
}

void BoundPrimitive::bind(size_t argument, void* address) {
  if (addresses_[argument] == address) return;
  addresses_[argument] = address;
  check(dnnl_memory_set_data_handle(arguments_[argument].memory, address), "binding memory");
}

void BoundPrimitive::execute() {
  check(dnnl_primitive_execute(primitive_.get(), library_.stream.get(), static_cast<int>(arguments_.size()), arguments_.data()),
        "running a primitive");
}

PrimitiveWork::PrimitiveWork(Library& library, const dnnl::primitive& primitive, const std::vector<Argument>& arguments)
    : primitive_(library, primitive) {
  for (const Argument& argument : arguments) {
    primitive_.add(argument.slot, argument.desc);
    tensors_.push_back(argument.tensor);
  }
}

void PrimitiveWork::run(void* const* memory) {
  for (size_t index = 0; index < tensors_.size(); ++index) primitive_.bind(index, memory[tensors_[index]]);
  primitive_.execute();
}

PrimitiveSliceWork::PrimitiveSliceWork(Library& library, const dnnl::primitive& primitive, const dnnl::primitive_desc_base& desc,
                                       const std::vector<Argument>& arguments)
    : primitive_(library, primitive), scratch_bytes_(desc.scratchpad_desc().get_size()) {
  for (const Argument& argument : arguments) {
    primitive_.add(argument.slot, argument.desc);
    tensors_.push_back(argument.tensor);
  }
  if (scratch_bytes_ > 0) primitive_.add(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc());
}

void PrimitiveSliceWork::run(const Slice& slice) {
  for (size_t index = 0; index < tensors_.size(); ++index) primitive_.bind(index, slice.memory[tensors_[index]]);
  if (scratch_bytes_ > 0) primitive_.bind(tensors_.size(), slice.scratch);
  primitive_.execute();
}

}  // namespace laminet::cpu
