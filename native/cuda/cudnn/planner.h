// Finds a plan for a convolution: one that this process has, one that is kept on disk, or the first engine that the heuristics propose and
// the device's options leave.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "plan.h"
#include "plan_folder.h"

namespace laminet::cuda::cudnn {

struct PlannerOptions {
  bool deterministic = false;
  bool tensor_float32 = true;
  size_t workspace_limit = size_t{1} << 30;  // bytes
};

// Milliseconds that a plan takes on the device; infinity when it fails or cannot be timed.
using Timer = std::function<float(const Plan&)>;

class Planner {
 public:
  Planner(Target target, PlannerOptions options, PlanFolder folder);

  // Null when no engine can do it; `refusal` then says why. With a timer the first few engines race, and the winner is kept on disk.
  std::shared_ptr<const Plan> plan(const Convolution& convolution, std::string& refusal, const Timer& timer = nullptr);

  // Which engines `plan` chooses from, best first.
  std::vector<Engine> engines(const Convolution& convolution, std::string& refusal) const;

 private:
  std::shared_ptr<const Plan> remembered(const std::string& problem);
  void remember(const std::string& problem, std::shared_ptr<const Plan> plan);
  std::shared_ptr<const Plan> kept(const std::string& problem);
  std::shared_ptr<const Plan> first(const std::vector<Engine>& engines, std::string& refusal) const;
  std::shared_ptr<const Plan> fastest(const std::vector<Engine>& engines, const Timer& timer, std::string& refusal) const;
  std::shared_ptr<const Plan> build(const Engine& engine, std::string& refusal) const;

  const Target target_;
  const PlannerOptions options_;
  const PlanFolder folder_;
  // The most recently used first.
  struct Entry {
    std::string problem;
    std::shared_ptr<const Plan> plan;
  };
  std::list<Entry> plans_;
  std::unordered_map<std::string, std::list<Entry>::iterator> places_;
};

}  // namespace laminet::cuda::cudnn
