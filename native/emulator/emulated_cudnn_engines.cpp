#include "emulated_cudnn_engines.h"

#include <algorithm>
#include <cstdlib>

namespace laminet::emulated_cudnn {

namespace {

enum Index : int64_t { kPlain, kImplicit, kTensorCore, kDownConverting, kNondeterministic, kCompiled, kWinograd };

const Engine kEngines[] = {
    {.name = "plain", .numerical_notes = {CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP}},
    {.name = "implicit"},
    {.name = "tensor core", .numerical_notes = {CUDNN_NUMERICAL_NOTE_TENSOR_CORE}},
    {.name = "down-converting", .numerical_notes = {CUDNN_NUMERICAL_NOTE_TENSOR_CORE, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS}},
    {.name = "nondeterministic", .numerical_notes = {CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC}},
    {.name = "compiled",
     .numerical_notes = {CUDNN_NUMERICAL_NOTE_TENSOR_CORE},
     .behavior_notes = {CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION}},
    {.name = "Winograd",
     .numerical_notes = {CUDNN_NUMERICAL_NOTE_TENSOR_CORE, CUDNN_NUMERICAL_NOTE_WINOGRAD, CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4}},
};

bool is_floating(cudnnDataType_t type) {
  return type == CUDNN_DATA_FLOAT || type == CUDNN_DATA_DOUBLE || type == CUDNN_DATA_HALF || type == CUDNN_DATA_BFLOAT16;
}

bool computes(cudnnDataType_t compute, cudnnDataType_t type) {
  if (type == CUDNN_DATA_DOUBLE) return compute == CUDNN_DATA_DOUBLE;
  return compute == CUDNN_DATA_FLOAT || (compute == CUDNN_DATA_HALF && type == CUDNN_DATA_HALF);
}

// Broadcasts by ones.
bool fits(const std::vector<int64_t>& part, const std::vector<int64_t>& whole) {
  for (size_t axis = 0; axis < whole.size(); ++axis)
    if (part[axis] != whole[axis] && part[axis] != 1) return false;
  return true;
}

std::string unsupported_pointwise(const Operation& operation) {
  static constexpr cudnnPointwiseMode_t kModes[] = {CUDNN_POINTWISE_ADD, CUDNN_POINTWISE_MUL, CUDNN_POINTWISE_IDENTITY,
                                                    CUDNN_POINTWISE_RELU_FWD, CUDNN_POINTWISE_RELU_BWD};
  if (std::find(std::begin(kModes), std::end(kModes), operation.mode) == std::end(kModes)) return "a pointwise mode that is not emulated";
  for (const Tensor& input : operation.inputs)
    if (!fits(input.dims, operation.output.dims)) return "pointwise operands that do not fit their result";
  return "";
}

// Memory holds one type, results inside the graph are virtual and read once, nothing virtual comes from nowhere.
std::string unsupported_tensors(const Graph& graph) {
  const std::vector<Tensor> bound = graph.bound();
  const cudnnDataType_t type = bound.empty() ? CUDNN_DATA_FLOAT : bound.front().type;
  for (const Tensor& tensor : bound) {
    if (!is_floating(tensor.type)) return "a type that is not emulated";
    const bool may_differ = graph.operations.back().kind == Kind::reduction && tensor.uid == graph.operations.back().output.uid;
    if (tensor.type != type && !may_differ) return "tensors of different types";
  }
  for (size_t index = 0; index < graph.operations.size(); ++index) {
    const Operation& operation = graph.operations[index];
    if (!computes(operation.compute, type)) return "a compute type that does not fit the tensors";
    if (index + 1 == graph.operations.size()) break;
    const Operation& next = graph.operations[index + 1];
    if (!operation.output.is_virtual) return "a result inside the graph that is not virtual";
    if (next.kind == Kind::pointwise &&
        std::none_of(next.inputs.begin(), next.inputs.end(), [&](const Tensor& input) { return input.uid == operation.output.uid; }))
      return "operations that are no chain";
  }
  return "";
}

bool is_fused(const Graph& graph) { return graph.operations.size() > 1; }

// Operands of fused operations that have one number a channel, at most: what engines do that are not compiled for the graph.
bool only_biases(const Graph& graph) {
  for (size_t index = 1; index < graph.operations.size(); ++index)
    for (const Tensor& input : graph.operations[index].inputs)
      if (!input.is_virtual && input.count() != input.dims[1]) return false;
  return true;
}

bool has_convolution(const Graph& graph) { return graph.operations.front().is_convolution(); }

}  // namespace

int64_t engine_count() { return static_cast<int64_t>(std::size(kEngines)); }

const Engine& engine_at(int64_t index) { return kEngines[index]; }

bool has_note(const Engine& engine, cudnnBackendNumericalNote_t note) {
  return std::find(engine.numerical_notes.begin(), engine.numerical_notes.end(), note) != engine.numerical_notes.end();
}

std::string unsupported(const Graph& graph) {
  const char* unwanted = std::getenv("EMULATED_CUDNN_UNSUPPORTED");
  if (unwanted != nullptr && *unwanted != '\0' && graph.name().find(unwanted) != std::string::npos) return "EMULATED_CUDNN_UNSUPPORTED";
  for (size_t index = 0; index < graph.operations.size(); ++index) {
    const Operation& operation = graph.operations[index];
    if (index > 0 && operation.kind != Kind::pointwise) return "only pointwise operations follow the first one";
    if (operation.kind == Kind::pointwise) {
      if (const std::string reason = unsupported_pointwise(operation); !reason.empty()) return reason;
    }
    if (operation.kind == Kind::reduction && operation.reduction != CUDNN_REDUCE_TENSOR_ADD) return "a reduction that is not emulated";
  }
  return unsupported_tensors(graph);
}

bool supports(int64_t engine, const Graph& graph) {
  if (!unsupported(graph).empty()) return false;
  const cudnnDataType_t type = graph.bound().front().type;
  const Operation& first = graph.operations.front();
  if (engine == kCompiled) return type != CUDNN_DATA_DOUBLE;
  if (!has_convolution(graph) || !only_biases(graph)) return false;
  switch (engine) {
    case kPlain: return !is_fused(graph);
    case kImplicit: return true;
    case kTensorCore: return type != CUDNN_DATA_DOUBLE;
    case kDownConverting: return type == CUDNN_DATA_FLOAT;
    case kNondeterministic: return !is_fused(graph) && first.kind != Kind::convolution_forward;
    case kWinograd: return type != CUDNN_DATA_DOUBLE && !is_fused(graph) && first.strides == std::vector<int64_t>(first.strides.size(), 1);
    default: return false;
  }
}

int64_t workspace_bytes(int64_t engine, const Graph& graph) {
  int64_t elements = 0;
  for (const Tensor& tensor : graph.bound()) elements += tensor.count();
  switch (engine) {
    case kImplicit: return 9232 + elements % 1000;
    case kDownConverting: return 131;
    case kNondeterministic: return 33808;
    case kWinograd: return int64_t{8} << 30;  // more than anybody gives
    default: return 0;
  }
}

std::vector<int64_t> heuristics(const Graph& graph, cudnnBackendHeurMode_t mode) {
  std::vector<int64_t> order{kTensorCore, kNondeterministic, kDownConverting, kWinograd, kImplicit, kCompiled, kPlain};
  if (is_fused(graph)) order = {kCompiled, kTensorCore, kImplicit};
  if (mode == CUDNN_HEUR_MODE_FALLBACK) order = {kImplicit, kPlain};
  std::erase_if(order, [&](int64_t engine) { return !supports(engine, graph); });
  return order;
}

}  // namespace laminet::emulated_cudnn
