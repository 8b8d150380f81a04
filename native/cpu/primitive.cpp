#include "primitive.h"

#include <string>

#include "lowering.h"

namespace laminet::cpu {

void check(dnnl_status_t status, const char* what) {
  if (status == dnnl_success) return;
  if (status == dnnl_out_of_memory) throw Error("OUT_OF_MEMORY", std::string("device 'cpu': ") + what + ": out of memory");
  throw Error("DEVICE", std::string("device 'cpu': ") + what + ": oneDNN returned status " + std::to_string(status));
}

PrimitiveWork::PrimitiveWork(Library& library, const dnnl::primitive& primitive, const std::vector<Argument>& arguments)
    : stream_(library.stream.get()), primitive_(primitive) {
  for (const Argument& argument : arguments) {
    bound_.push_back({argument.tensor, nullptr, dnnl::memory(argument.desc, library.engine, nullptr)});
    arguments_.push_back({argument.slot, bound_.back().memory.get()});
  }
}

void PrimitiveWork::run(void* const* memory) {
  for (Bound& bound : bound_) {
    if (bound.address == memory[bound.tensor]) continue;
    bound.address = memory[bound.tensor];
    check(dnnl_memory_set_data_handle(bound.memory.get(), bound.address), "binding memory");
  }
  check(dnnl_primitive_execute(primitive_.get(), stream_, static_cast<int>(arguments_.size()), arguments_.data()), "running a primitive");
}

}  // namespace laminet::cpu
