#include "plan.h"

namespace laminet::cuda::cudnn {

namespace {

Descriptor plan_of(const Engine& engine, const Target& target) {
  Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  target.plan(plan);
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, engine.configuration);
  plan.finalize();
  return plan;
}

}  // namespace

Addresses::Addresses(const std::vector<std::pair<Tensor, void*>>& tensors, void* workspace) : pack_(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR) {
  std::vector<int64_t> ids;
  std::vector<void*> addresses;
  for (const auto& [id, address] : tensors) {
    ids.push_back(static_cast<int64_t>(id));
    addresses.push_back(address);
  }
  pack_.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids);
  pack_.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, addresses);
  pack_.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace);
  pack_.finalize();
}

Plan::Plan(Descriptor descriptor, std::string name)
    : descriptor_(std::move(descriptor)),
      workspace_bytes_(static_cast<size_t>(descriptor_.element<int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE))),
      name_(std::move(name)) {}

Plan::Plan(const Engine& engine, const Target& target) : Plan(plan_of(engine, target), "engine " + std::to_string(engine.number)) {}

Plan Plan::restore(const std::string& text, const Target& target) {
  Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  target.plan(plan);
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, text);
  plan.finalize();
  return Plan(std::move(plan), "kept engine");
}

std::string Plan::text() const {
  const std::vector<char> letters = descriptor_.elements<char>(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION);
  std::string text(letters.begin(), letters.end());
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

void Plan::execute(cudnnHandle_t handle, const Addresses& addresses, const std::string& place) const {
  const cudnnStatus_t status = cudnnBackendExecute(handle, descriptor_.get(), addresses.get());
  if (status != CUDNN_STATUS_SUCCESS) throw Error("DEVICE", place + ": cudnnBackendExecute (" + name_ + "): " + status_text(status));
}

}  // namespace laminet::cuda::cudnn
