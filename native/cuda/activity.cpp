#include "activity.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace laminet::cuda {

namespace {

constexpr size_t kMostCalls = 2'000'000;  // noted for one recording
constexpr CUpti_ActivityKind kKinds[] = {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMSET};
constexpr CUpti_CallbackDomain kDomains[] = {CUPTI_CB_DOMAIN_RUNTIME_API, CUPTI_CB_DOMAIN_DRIVER_API};
constexpr CUpti_CallbackId kNodeCallbacks[] = {CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED, CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED};

// Whether anybody records: from `begin` to the end of the object.
std::atomic<bool> taken{false};

int64_t next_number() {
  static std::atomic<int64_t> last{0};
  return ++last;
}

}  // namespace

Activity::Activity(const CuptiLibrary& cupti, Recorder& recorder)
    : cupti_(cupti), recorder_(recorder), number_(next_number()), records_(cupti) {}

std::unique_ptr<Activity> Activity::begin(Recorder& recorder, std::string& why_not) {
  const CuptiLibrary* const cupti = cupti_library(why_not);
  if (cupti == nullptr) return nullptr;
  if (taken.exchange(true)) {
    why_not = "another recording of this process uses CUPTI";
    return nullptr;
  }
  std::unique_ptr<Activity> activity(new Activity(*cupti, recorder));
  why_not = activity->start();
  if (!why_not.empty()) return nullptr;
  recorder.note("kernel times: activity records of CUPTI " + cupti->version_text());
  return activity;
}

Activity::~Activity() {
  stop();
  taken = false;
}

// Empty, or what did not work.
std::string Activity::start() {
  std::string problem;
  const auto did = [&](const char* what, CUptiResult result) {
    if (result == CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED) problem = "another tool that uses CUPTI, as Nsight does, is attached";
    else if (result != CUPTI_SUCCESS) problem = std::string(what) + ": " + cupti_.text(result);
    return problem.empty();
  };
  if (!did("cuptiSubscribe", cupti_.subscribe(&subscriber_, &called_back, this))) return problem;
  for (const CUpti_CallbackDomain domain : kDomains)
    if (!did("cuptiEnableDomain", cupti_.enable_domain(1, subscriber_, domain))) return problem;
  for (const CUpti_CallbackId id : kNodeCallbacks)
    if (!did("cuptiEnableCallback", cupti_.enable_callback(1, subscriber_, CUPTI_CB_DOMAIN_RESOURCE, id))) return problem;
  if (!did("cuptiActivityRegisterCallbacks", records_.open())) return problem;
  if (!did("cuptiGetTimestamp", clock_.read(cupti_))) return problem;
  for (const CUpti_ActivityKind kind : kKinds)
    if (!did("cuptiActivityEnable", cupti_.enable(kind))) return problem;
  return problem;
}

void Activity::stop() {
  if (subscriber_ == nullptr) return;
  for (const CUpti_ActivityKind kind : kKinds) cupti_.disable(kind);
  cupti_.unsubscribe(std::exchange(subscriber_, nullptr));
  records_.close();
}

void Activity::end() {
  const CUptiResult flushed = cupti_.flush(0);
  clock_.read(cupti_);
  stop();
  if (flushed != CUPTI_SUCCESS) recorder_.note("kernel times are missing: cuptiActivityFlushAll: " + cupti_.text(flushed));
  std::sort(calls_.begin(), calls_.end(), [](const Call& a, const Call& b) { return a.correlation < b.correlation; });
  std::vector<ActivityRecord> records = records_.take();
  std::sort(records.begin(), records.end(), [](const ActivityRecord& a, const ActivityRecord& b) { return a.begin < b.begin; });
  for (const ActivityRecord& record : records) {
    Origin origin;
    if (find_origin(record, origin))
      recorder_.activity({records_.name(record), origin.run, origin.kernel, clock_.steady(record.begin), clock_.steady(record.end),
                          static_cast<int64_t>(record.bytes), static_cast<int>(record.stream)});
  }
  if (const int64_t lost = records_.lost() + unplaced_; lost > 0)
    recorder_.note(std::to_string(lost) +
                   " activity records were lost or unknown: kernels are missing, and some may be counted to a neighbouring step");
}

// Nodes of graphs are known by their ids, and their runs by counting: a graph runs in the order of its launches. (Their correlation ids are
// wrong in a second recording of CUPTI 13.0, say the release notes of 13.1.1.) All else is known by the call that asked for it; what another
// thread has asked for is not ours.
bool Activity::find_origin(const ActivityRecord& record, Origin& origin) {
  if (const auto node = nodes_.find(record.node); record.node != 0 && node != nodes_.end()) {
    const std::vector<int64_t>& runs = launches_[node->second.graph];
    if (node->second.seen == runs.size()) {
      ++unplaced_;
      return false;
    }
    origin = {runs[node->second.seen++], node->second.kernel};
    return true;
  }
  const auto call = std::lower_bound(calls_.begin(), calls_.end(), record.correlation,
                                     [](const Call& a, uint32_t correlation) { return a.correlation < correlation; });
  if (call == calls_.end() || call->correlation != record.correlation) return false;
  if (record.node != 0) ++unplaced_;  // a node that was not announced
  origin = {call->run, call->kernel};
  return true;
}

void Activity::begin_run() {
  run_ = recorder_.begin_run();
  kernel_ = -1;
}

int Activity::begin_graph() {
  launches_.emplace_back();
  return graph_ = static_cast<int>(launches_.size()) - 1;
}

void Activity::launched(int graph) { launches_[graph].push_back(run_); }

void CUPTIAPI Activity::called_back(void* activity, CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data) {
  auto& self = *static_cast<Activity*>(activity);
  if (std::this_thread::get_id() != self.thread_) return;
  if (domain != CUPTI_CB_DOMAIN_RESOURCE) return self.note_call(*static_cast<const CUpti_CallbackData*>(data));
  self.note_node(id, *static_cast<const CUpti_GraphData*>(static_cast<const CUpti_ResourceData*>(data)->resourceDescriptor));
}

void Activity::note_call(const CUpti_CallbackData& call) {
  if (call.callbackSite != CUPTI_API_ENTER || calls_.size() == kMostCalls) return;
  // A call of the runtime and those of the driver that it makes may bear one id.
  if (calls_.empty() || calls_.back().correlation != call.correlationId) calls_.push_back({call.correlationId, kernel_, run_});
}

// The nodes that run are clones of those that were captured (CUPTI's sample cuda_graphs_trace).
void Activity::note_node(CUpti_CallbackId id, const CUpti_GraphData& graph) {
  uint64_t node = 0, original = 0;
  if (cupti_.graph_node_id(graph.node, &node) != CUPTI_SUCCESS) return;
  if (id == CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED) {
    if (graph_ >= 0 && kernel_ >= 0) nodes_[node] = {graph_, kernel_};
  } else if (cupti_.graph_node_id(graph.originalNode, &original) == CUPTI_SUCCESS) {
    if (const auto captured = nodes_.find(original); captured != nodes_.end()) nodes_[node] = Node(captured->second);
  }
}

}  // namespace laminet::cuda
