// What plans are made for: the device behind a handle, or a device that a text describes, for which no driver is needed.
#pragma once

#include <optional>
#include <string>

#include "descriptor.h"

namespace laminet::cuda::cudnn {

class Target {
 public:
  // `name` tells devices apart on which plans differ ("NVIDIA H100 80GB HBM3, sm_90, 132 multiprocessors").
  Target(cudnnHandle_t handle, std::string name) : name(std::move(name)), handle_(handle) {}
  // `description`: the JSON text of a cuDNN device descriptor.
  static Target described(const std::string& description, std::string name);

  void place(Descriptor& graph) const;      // an operation graph
  void ask(Descriptor& heuristics) const;   // an engine heuristics descriptor
  void plan(Descriptor& plan) const;        // an execution plan

  const std::string name;

 private:
  cudnnHandle_t handle_ = nullptr;
  std::optional<Descriptor> description_;
};

}  // namespace laminet::cuda::cudnn
