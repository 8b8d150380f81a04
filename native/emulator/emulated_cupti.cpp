// Subscribers, their callbacks, ids and the clock of the emulated CUPTI.
#include "emulated_cupti.h"

#include <chrono>
#include <cstdlib>
#include <set>
#include <string_view>

// What cupti.h calls a subscriber.
struct CUpti_Subscriber_st {
  CUpti_CallbackFunc function = nullptr;
  void* data = nullptr;
  std::set<CUpti_CallbackDomain> domains;
  std::set<CUpti_CallbackId> resources;
};

namespace laminet::emulator {
namespace {

CUpti_Subscriber_st* subscriber = nullptr;  // CUPTI has one at a time

void called(const char* function, uint32_t call, bool returns) {
  // Functions of the emulator's own stand for what a library asks of the driver.
  const bool library = std::string_view(function).rfind("cuda", 0) != 0;
  const CUpti_CallbackDomain domain = library ? CUPTI_CB_DOMAIN_DRIVER_API : CUPTI_CB_DOMAIN_RUNTIME_API;
  if (subscriber == nullptr || subscriber->domains.count(domain) == 0) return;
  CUpti_CallbackData data{};
  data.callbackSite = returns ? CUPTI_API_EXIT : CUPTI_API_ENTER;
  data.functionName = library ? "cuLaunchKernelEx" : function;
  data.correlationId = call;
  subscriber->function(subscriber->data, domain, 0, &data);
}

void tell_resource(CUpti_CallbackId callback, uint64_t node, uint64_t original) {
  if (subscriber == nullptr || subscriber->resources.count(callback) == 0) return;
  CUpti_GraphData graph{};
  graph.node = reinterpret_cast<CUgraphNode>(node);
  graph.originalNode = reinterpret_cast<CUgraphNode>(original);
  graph.nodeType = CU_GRAPH_NODE_TYPE_KERNEL;
  CUpti_ResourceData data{};
  data.resourceDescriptor = &graph;
  subscriber->function(subscriber->data, CUPTI_CB_DOMAIN_RESOURCE, callback, &data);
}

void made_node(uint64_t node) { tell_resource(CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED, node, 0); }
void cloned_node(uint64_t node, uint64_t original) { tell_resource(CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED, node, original); }
void worked(const laminet_emulator_worked* work) { keep_record(*work); }

constexpr laminet_emulator_tool kTool{called, made_node, cloned_node, worked};

CUptiResult subscribe(CUpti_SubscriberHandle* handle, CUpti_CallbackFunc function, void* data) {
  if (handle == nullptr || function == nullptr) return CUPTI_ERROR_INVALID_PARAMETER;
  if (subscriber != nullptr) return CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED;
  *handle = subscriber = new CUpti_Subscriber_st{function, data, {}, {}};
  laminet_emulator_set_tool(&kTool);
  return CUPTI_SUCCESS;
}

CUptiResult unsubscribe(CUpti_SubscriberHandle handle) {
  if (handle == nullptr || handle != subscriber) return CUPTI_ERROR_INVALID_PARAMETER;
  laminet_emulator_set_tool(nullptr);
  delete subscriber;
  subscriber = nullptr;
  return CUPTI_SUCCESS;
}

template <typename Item>
void include(std::set<Item>& items, Item item, bool in) {
  if (in) items.insert(item);
  else items.erase(item);
}

}  // namespace

CUptiResult cupti_call(const char* name, const std::function<CUptiResult()>& body) {
  const std::string status = asked_fault("EMULATED_CUPTI_FAIL", name);
  return status.empty() ? body() : static_cast<CUptiResult>(std::atoi(status.c_str()));
}

uint64_t cupti_time(int64_t steady_nanoseconds) {
  constexpr uint64_t kBeginning = 1'700'000'000'000'000'000;  // as if since 1970
  return kBeginning + static_cast<uint64_t>(steady_nanoseconds + steady_nanoseconds / 1000);
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

CUptiResult CUPTIAPI cuptiGetVersion(uint32_t* version) {
  const char* asked = std::getenv("EMULATED_CUPTI_VERSION");
  *version = asked == nullptr ? CUPTI_API_VERSION : static_cast<uint32_t>(std::atoi(asked));
  return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiGetResultString(CUptiResult result, const char** text) {
  switch (result) {
    case CUPTI_SUCCESS: *text = "CUPTI_SUCCESS"; break;
    case CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED: *text = "CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED"; break;
    case CUPTI_ERROR_INSUFFICIENT_PRIVILEGES: *text = "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES"; break;
    default: *text = "CUPTI_ERROR_UNKNOWN";
  }
  return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiGetTimestamp(uint64_t* time) {
  return cupti_call("cuptiGetTimestamp", [=] {
    *time = cupti_time(std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
    return CUPTI_SUCCESS;
  });
}

CUptiResult CUPTIAPI cuptiSubscribe(CUpti_SubscriberHandle* handle, CUpti_CallbackFunc function, void* data) {
  return cupti_call("cuptiSubscribe", [=] { return subscribe(handle, function, data); });
}

CUptiResult CUPTIAPI cuptiUnsubscribe(CUpti_SubscriberHandle handle) {
  return cupti_call("cuptiUnsubscribe", [=] { return unsubscribe(handle); });
}

CUptiResult CUPTIAPI cuptiEnableDomain(uint32_t enable, CUpti_SubscriberHandle handle, CUpti_CallbackDomain domain) {
  return cupti_call("cuptiEnableDomain", [=] {
    if (handle == nullptr || handle != subscriber) return CUPTI_ERROR_INVALID_PARAMETER;
    include(handle->domains, domain, enable != 0);
    return CUPTI_SUCCESS;
  });
}

CUptiResult CUPTIAPI cuptiEnableCallback(uint32_t enable, CUpti_SubscriberHandle handle, CUpti_CallbackDomain domain, CUpti_CallbackId id) {
  return cupti_call("cuptiEnableCallback", [=] {
    if (handle == nullptr || handle != subscriber || domain != CUPTI_CB_DOMAIN_RESOURCE) return CUPTI_ERROR_INVALID_PARAMETER;
    include(handle->resources, id, enable != 0);
    return CUPTI_SUCCESS;
  });
}

CUptiResult CUPTIAPI cuptiGetGraphNodeId(CUgraphNode node, uint64_t* id) {
  return cupti_call("cuptiGetGraphNodeId", [=] {
    if (node == nullptr) return CUPTI_ERROR_INVALID_PARAMETER;
    *id = reinterpret_cast<uint64_t>(node);
    return CUPTI_SUCCESS;
  });
}

}  // extern "C"
