#include "engines.h"

#include <algorithm>

namespace laminet::cuda::cudnn {

namespace {

template <typename Note>
bool has(const std::vector<Note>& notes, Note note) {
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

Engine engine_of(const Descriptor& configuration) {
  const Descriptor engine = configuration.descriptors(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR).at(0);
  const auto numerical = engine.elements<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE);
  const auto behavior = engine.elements<cudnnBackendBehaviorNote_t>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE);
  Engine result{.configuration = configuration};
  result.number = engine.element<int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
  result.deterministic = !has(numerical, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC);
  result.rounds_operands = has(numerical, CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
  result.loses_digits =
      has(numerical, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION) || has(numerical, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS);
  result.compiled_at_run_time = has(behavior, CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION);
  return result;
}

}  // namespace

std::vector<Engine> engines_of(const Descriptor& graph, const Target& target, std::string& refusal) {
  std::vector<Engine> engines;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    try {
      Descriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
      heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
      heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
      target.ask(heuristics);
      heuristics.finalize();
      for (const Descriptor& found : heuristics.descriptors(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR))
        engines.push_back(engine_of(found));
    } catch (const Refusal& reason) {
      refusal = reason.what();
    }
  }
  return engines;
}

bool EngineFilter::keeps(const Engine& engine) const {
  if (engine.loses_digits || engine.compiled_at_run_time) return false;
  if (deterministic && !engine.deterministic) return false;
  return !exact_operands || !engine.rounds_operands;
}

}  // namespace laminet::cuda::cudnn
