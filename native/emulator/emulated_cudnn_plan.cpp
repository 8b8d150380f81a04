#include "emulated_cudnn_plan.h"

#include <sstream>

#include "emulated_cudnn_engines.h"

namespace laminet::emulated_cudnn {

namespace {

// What follows `"key":` in the text.
std::string member(const std::string& text, const std::string& key) {
  const std::string mark = "\"" + key + "\":";
  const size_t at = text.find(mark);
  require(at != std::string::npos, CUDNN_STATUS_BAD_PARAM, "!json_object.HasMember(" + key + ")");
  return text.substr(at + mark.size());
}

}  // namespace

std::string plan_text(const Plan& plan) {
  std::ostringstream out;
  out << "{\"cudnnVersion\":" << CUDNN_VERSION << ",\"library\":\"emulated\",\"name\":\"" << plan.graph.name()
      << "\",\"engine\":" << plan.engine << ",\"operationGraph\":\"";
  write(out, plan.graph);
  out << "\"}";
  return out.str();
}

Plan parse_plan(const std::string& text) {
  require(!text.empty() && text.front() == '{' && text.back() == '}', CUDNN_STATUS_BAD_PARAM, "!d.IsObject()");
  require(std::atoll(member(text, "cudnnVersion").c_str()) == CUDNN_VERSION, CUDNN_STATUS_SERIALIZATION_VERSION_MISMATCH,
          "the plan is of another version");
  require(member(text, "library").starts_with("\"emulated\""), CUDNN_STATUS_BAD_PARAM, "the plan is of another library");
  Plan plan;
  plan.engine = std::atoll(member(text, "engine").c_str());
  std::istringstream in(member(text, "operationGraph").substr(1));
  plan.graph = read_graph(in);
  require(in && !plan.graph.operations.empty() && plan.engine >= 0 && plan.engine < engine_count() && supports(plan.engine, plan.graph),
          CUDNN_STATUS_BAD_PARAM, "the plan is damaged");
  plan.workspace = workspace_bytes(plan.engine, plan.graph);
  return plan;
}

}  // namespace laminet::emulated_cudnn
