#include "planner.h"

#include <limits>

#include "runtime/log.h"

namespace laminet::cuda::cudnn {

namespace {

constexpr size_t kMostPlans = 1000;   // up to 200 KiB each
constexpr int kContestants = 8;       // in a race of engines

}  // namespace

Planner::Planner(Target target, PlannerOptions options, PlanFolder folder)
    : target_(std::move(target)), options_(options), folder_(std::move(folder)) {}

std::shared_ptr<const Plan> Planner::plan(const Convolution& convolution, std::string& refusal, const Timer& timer) {
  // The options decide which engines may be taken, so they are part of the problem.
  const std::string problem = convolution.text() + (options_.deterministic ? " deterministic" : "") +
                              (convolution.dtype == DType::f32 && options_.tensor_float32 ? " tf32" : "");
  const std::string raced = problem + " timed";
  std::shared_ptr<const Plan> plan = remembered(raced);
  if (!plan && (plan = kept(raced))) remember(raced, plan);
  if (plan) return plan;
  if (timer) {
    plan = fastest(engines(convolution, refusal), timer, refusal);
    if (plan) {
      folder_.write(raced, plan->text());
      remember(raced, plan);
      return plan;
    }
  }
  plan = remembered(problem);
  if (plan) return plan;
  plan = first(engines(convolution, refusal), refusal);
  if (plan) remember(problem, plan);
  return plan;
}

std::vector<Engine> Planner::engines(const Convolution& convolution, std::string& refusal) const {
  const EngineFilter filter{.deterministic = options_.deterministic,
                            .exact_operands = convolution.dtype == DType::f32 && !options_.tensor_float32};
  try {
    const Descriptor graph = operation_graph(convolution, target_);
    std::vector<Engine> proposed = engines_of(graph, target_, refusal), engines;
    for (Engine& engine : proposed)
      if (filter.keeps(engine)) engines.push_back(std::move(engine));
    if (engines.empty() && !proposed.empty())
      refusal = "no engine of cuDNN supports it with these options (" + std::to_string(proposed.size()) + " without them)";
    else if (engines.empty()) refusal = "no engine of cuDNN supports it: " + refusal;
    return engines;
  } catch (const Refusal& reason) {
    refusal = std::string("no engine of cuDNN supports it: ") + reason.what();
    return {};
  }
}

std::shared_ptr<const Plan> Planner::first(const std::vector<Engine>& engines, std::string& refusal) const {
  for (const Engine& engine : engines)
    if (std::shared_ptr<const Plan> plan = build(engine, refusal)) return plan;
  return nullptr;
}

std::shared_ptr<const Plan> Planner::fastest(const std::vector<Engine>& engines, const Timer& timer, std::string& refusal) const {
  std::shared_ptr<const Plan> best;
  float best_time = std::numeric_limits<float>::infinity();
  int contestants = 0;
  for (const Engine& engine : engines) {
    const std::shared_ptr<const Plan> plan = build(engine, refusal);
    if (!plan) continue;
    const float time = timer(*plan);
    if (log_enabled()) log("cudnn: " + plan->name() + " took " + std::to_string(time) + " ms");
    if (time < best_time) {
      best = plan;
      best_time = time;
    }
    if (++contestants == kContestants) break;
  }
  return best;
}

std::shared_ptr<const Plan> Planner::build(const Engine& engine, std::string& refusal) const {
  try {
    auto plan = std::make_shared<const Plan>(engine, target_);
    if (plan->workspace_bytes() <= options_.workspace_limit) return plan;
    refusal = "no engine of cuDNN supports it in " + std::to_string(options_.workspace_limit >> 20) + " MiB of workspace: " + plan->name() +
              " needs " + std::to_string(plan->workspace_bytes() >> 20);
  } catch (const Refusal& reason) {
    refusal = "no engine of cuDNN supports it: engine " + std::to_string(engine.number) + ": " + reason.what();
  }
  return nullptr;
}

std::shared_ptr<const Plan> Planner::kept(const std::string& problem) {
  const std::optional<std::string> text = folder_.read(problem);
  if (!text) return nullptr;
  try {
    auto plan = std::make_shared<const Plan>(Plan::restore(*text, target_));
    if (plan->workspace_bytes() <= options_.workspace_limit) return plan;
    folder_.reject(problem, "it needs too much workspace");
  } catch (const Refusal& reason) {
    folder_.reject(problem, reason.what());
  }
  return nullptr;
}

std::shared_ptr<const Plan> Planner::remembered(const std::string& problem) {
  const auto found = places_.find(problem);
  if (found == places_.end()) return nullptr;
  plans_.splice(plans_.begin(), plans_, found->second);
  return found->second->plan;
}

void Planner::remember(const std::string& problem, std::shared_ptr<const Plan> plan) {
  plans_.push_front({problem, std::move(plan)});
  places_[problem] = plans_.begin();
  if (plans_.size() <= kMostPlans) return;
  places_.erase(plans_.back().problem);
  plans_.pop_back();
}

}  // namespace laminet::cuda::cudnn
