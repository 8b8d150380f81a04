#include "target.h"

namespace laminet::cuda::cudnn {

Target Target::described(const std::string& description, std::string name) {
  Target target(nullptr, std::move(name));
  target.description_.emplace(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  target.description_->set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, description);
  target.description_->finalize();
  return target;
}

void Target::place(Descriptor& graph) const {
  if (!description_) graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle_);
}

void Target::ask(Descriptor& heuristics) const {
  if (description_) heuristics.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *description_);
}

void Target::plan(Descriptor& plan) const {
  if (description_) {
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, *description_);
  } else {
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle_);
  }
}

}  // namespace laminet::cuda::cudnn
