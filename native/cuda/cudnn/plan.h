// An execution plan: an engine made ready for one graph on one device.
#pragma once

#include <utility>

#include "engines.h"

namespace laminet::cuda::cudnn {

// The addresses of a graph's tensors and of the workspace, as cuDNN takes them.
class Addresses {
 public:
  Addresses(const std::vector<std::pair<Tensor, void*>>& tensors, void* workspace);
  cudnnBackendDescriptor_t get() const { return pack_.get(); }

 private:
  Descriptor pack_;
};

class Plan {
 public:
  // Both throw Refusal.
  Plan(const Engine& engine, const Target& target);
  // A plan that `text` of an earlier one, perhaps of another process, tells.
  static Plan restore(const std::string& text, const Target& target);

  std::string text() const;
  size_t workspace_bytes() const { return workspace_bytes_; }
  // "engine 22", "kept engine" for a restored one
  const std::string& name() const { return name_; }

  // Queues the work on the handle's stream. `place` begins the message of an error: instruction, device, shapes.
  void execute(cudnnHandle_t handle, const Addresses& addresses, const std::string& place) const;

 private:
  Plan(Descriptor descriptor, std::string name);

  Descriptor descriptor_;
  size_t workspace_bytes_ = 0;
  std::string name_;
};

}  // namespace laminet::cuda::cudnn
