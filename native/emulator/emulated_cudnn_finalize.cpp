#include "emulated_cudnn_finalize.h"

#include "emulated_cudnn_checks.h"
#include "emulated_cudnn_engines.h"
#include "emulated_cudnn_plan.h"

namespace laminet::emulated_cudnn {

namespace {

void finalize_engine(Descriptor& descriptor, int64_t index) {
  const Engine& engine = engine_at(index);
  descriptor.give(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, engine.numerical_notes);
  descriptor.give(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE, engine.behavior_notes);
  descriptor.give(CUDNN_ATTR_ENGINE_KNOB_INFO, {});
}

void check_engine(Descriptor& descriptor) {
  check_parts(descriptor, {CUDNN_ATTR_ENGINE_OPERATION_GRAPH});
  const int64_t index = descriptor.value<int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, -1);
  require(index >= 0 && index < engine_count() && supports(index, graph_of(*descriptor.child(CUDNN_ATTR_ENGINE_OPERATION_GRAPH))),
          CUDNN_STATUS_NOT_SUPPORTED, "engine " + std::to_string(index) + " does not support the graph");
  finalize_engine(descriptor, index);
}

// The engine and the workspace of a configuration.
void finalize_configuration(Descriptor& configuration) {
  check_parts(configuration, {CUDNN_ATTR_ENGINECFG_ENGINE});
  const Descriptor& engine = *configuration.child(CUDNN_ATTR_ENGINECFG_ENGINE);
  const Graph graph = graph_of(*engine.child(CUDNN_ATTR_ENGINE_OPERATION_GRAPH));
  const int64_t index = engine.value<int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, 0);
  configuration.give(CUDNN_ATTR_ENGINECFG_WORKSPACE_SIZE, CUDNN_TYPE_INT64, std::vector<int64_t>{workspace_bytes(index, graph)});
}

DescriptorPtr configuration_of(const DescriptorPtr& graph, int64_t index) {
  auto engine = std::make_shared<Descriptor>(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  engine->give(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, {graph});
  engine->give(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, std::vector<int64_t>{index});
  finalize_engine(*engine, index);
  engine->finalized = true;
  auto configuration = std::make_shared<Descriptor>(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  configuration->give(CUDNN_ATTR_ENGINECFG_ENGINE, {engine});
  finalize_configuration(*configuration);
  configuration->finalized = true;
  return configuration;
}

void finalize_heuristics(Descriptor& descriptor) {
  check_parts(descriptor, {CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH});
  const DescriptorPtr graph = descriptor.child(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
  std::vector<DescriptorPtr> results;
  for (int64_t engine : heuristics(graph_of(*graph), descriptor.value(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_HEUR_MODE_INSTANT)))
    results.push_back(configuration_of(graph, engine));
  descriptor.give(CUDNN_ATTR_ENGINEHEUR_RESULTS, std::move(results));
}

void finalize_plan(Descriptor& descriptor) {
  Plan plan;
  if (descriptor.has(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION)) {
    const std::vector<char> text = descriptor.list<char>(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION);
    plan = parse_plan(std::string(text.begin(), text.end()));
  } else {
    check_parts(descriptor, {CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG});
    const Descriptor& engine = *descriptor.child(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG)->child(CUDNN_ATTR_ENGINECFG_ENGINE);
    plan = {.graph = graph_of(*engine.child(CUDNN_ATTR_ENGINE_OPERATION_GRAPH)),
            .engine = engine.value<int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, 0)};
    plan.workspace = workspace_bytes(plan.engine, plan.graph);
    const std::string text = plan_text(plan);
    descriptor.give(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, std::vector<char>(text.begin(), text.end()));
  }
  descriptor.give(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, std::vector<int64_t>{plan.workspace});
  descriptor.plan = std::make_shared<const Plan>(std::move(plan));
}

void finalize_graph(Descriptor& descriptor) {
  require(descriptor.has(CUDNN_ATTR_OPERATIONGRAPH_OPS), CUDNN_STATUS_BAD_PARAM, "a graph without operations");
  for (const DescriptorPtr& operation : descriptor.attributes[CUDNN_ATTR_OPERATIONGRAPH_OPS].children)
    require(operation != nullptr && operation->finalized, CUDNN_STATUS_BAD_PARAM, "an operation that is not finalised");
  graph_of(descriptor);
  descriptor.give(CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT, CUDNN_TYPE_INT64, std::vector<int64_t>{engine_count()});
}

// Some of what the real library asks of the description of a device.
void check_device(const Descriptor& descriptor) {
  if (!descriptor.has(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION)) return;
  const std::vector<char> text = descriptor.list<char>(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);
  for (const char* key : {"maxGridSize", "deviceVer", "multiProcessorCount"})
    require(std::string(text.begin(), text.end()).find(key) != std::string::npos, CUDNN_STATUS_BAD_PARAM,
            std::string("!json_object.HasMember(") + key + ")");
}

void finalize_pack(const Descriptor& descriptor) {
  require(descriptor.list<int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS).size() ==
              descriptor.list<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS).size(),
          CUDNN_STATUS_BAD_PARAM, "ptrs_count != uids_count");
}

}  // namespace

void finalize(Descriptor& descriptor) {
  require(!descriptor.finalized, CUDNN_STATUS_BAD_PARAM, "the descriptor is finalised already");
  switch (descriptor.type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
      check_tensor(descriptor);
      if (!descriptor.has(CUDNN_ATTR_TENSOR_IS_VIRTUAL))
        descriptor.give(CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, std::vector<char>{0});
      break;
    case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR: check_convolution(descriptor); break;
    case CUDNN_BACKEND_POINTWISE_DESCRIPTOR:
    case CUDNN_BACKEND_MATMUL_DESCRIPTOR:
    case CUDNN_BACKEND_REDUCTION_DESCRIPTOR: break;
    case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR: finalize_graph(descriptor); break;
    case CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR: check_device(descriptor); break;
    case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR: finalize_heuristics(descriptor); break;
    case CUDNN_BACKEND_ENGINE_DESCRIPTOR: check_engine(descriptor); break;
    case CUDNN_BACKEND_ENGINECFG_DESCRIPTOR: finalize_configuration(descriptor); break;
    case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR: finalize_plan(descriptor); break;
    case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR: finalize_pack(descriptor); break;
    default: check_operation(descriptor); break;
  }
  descriptor.finalized = true;
}

}  // namespace laminet::emulated_cudnn
