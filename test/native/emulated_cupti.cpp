// The emulated CUPTI by itself: what it tells of calls, nodes and work, and that its records have the sizes of the real library's.
#include <cupti.h>

#include <cstdio>
#include <memory>

#include "check.h"
#include "emulated_device.h"
#include "emulator/enqueue.h"
#include "setting.h"

namespace laminet::test {
namespace {

struct Cupti {
  explicit Cupti(const std::string& path) : library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (library == nullptr) throw std::runtime_error(dlerror());
  }
  template <typename Function>
  Function* function(const char* name) const {
    auto* const found = reinterpret_cast<Function*>(dlsym(library, name));
    if (found == nullptr) throw std::runtime_error(std::string(name) + " is missing");
    return found;
  }
  void* library;
};

#define CUPTI(library, name) (library).function<decltype(name)>(#name)

const Cupti& emulated_cupti() {
  emulated();  // the runtime comes first
  static const auto* const cupti = new Cupti(emulated_folder() + "/libcupti.so.13");
  return *cupti;
}

struct Buffer {
  std::vector<uint64_t> memory = std::vector<uint64_t>(4096 / 8);
  size_t valid = 0;
  uint8_t* data() { return reinterpret_cast<uint8_t*>(memory.data()); }
};
std::vector<std::unique_ptr<Buffer>> given, filled;

void CUPTIAPI request(uint8_t** buffer, size_t* size, size_t* most) {
  given.push_back(std::make_unique<Buffer>());
  *buffer = given.back()->data();
  *size = 4096;
  *most = 0;
}

void CUPTIAPI complete(CUcontext, uint32_t, uint8_t* data, size_t, size_t valid) {
  for (auto& buffer : given) {
    if (buffer == nullptr || buffer->data() != data) continue;
    buffer->valid = valid;
    filled.push_back(std::move(buffer));
  }
}

struct Seen {
  std::vector<std::string> calls;
  std::vector<std::pair<uint64_t, uint64_t>> nodes;  // with their originals, or 0
};

void CUPTIAPI note(void* data, CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* told) {
  auto& seen = *static_cast<Seen*>(data);
  if (domain != CUPTI_CB_DOMAIN_RESOURCE) {
    const auto& call = *static_cast<const CUpti_CallbackData*>(told);
    if (call.callbackSite == CUPTI_API_ENTER) seen.calls.push_back(call.functionName);
    return;
  }
  const auto& graph = *static_cast<const CUpti_GraphData*>(static_cast<const CUpti_ResourceData*>(told)->resourceDescriptor);
  uint64_t node = 0, original = 0;
  CUPTI(emulated_cupti(), cuptiGetGraphNodeId)(graph.node, &node);
  if (id == CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED) CUPTI(emulated_cupti(), cuptiGetGraphNodeId)(graph.originalNode, &original);
  seen.nodes.push_back({node, original});
}

// A subscription with everything switched on, for one scope.
class Subscription {
 public:
  Subscription() {
    CHECK_EQUAL(CUPTI(emulated_cupti(), cuptiSubscribe)(&handle_, note, &seen), CUPTI_SUCCESS);
    for (const auto domain : {CUPTI_CB_DOMAIN_RUNTIME_API, CUPTI_CB_DOMAIN_DRIVER_API})
      CUPTI(emulated_cupti(), cuptiEnableDomain)(1, handle_, domain);
    for (const auto id : {CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED, CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED})
      CUPTI(emulated_cupti(), cuptiEnableCallback)(1, handle_, CUPTI_CB_DOMAIN_RESOURCE, id);
    CUPTI(emulated_cupti(), cuptiActivityRegisterCallbacks)(request, complete);
    flush();  // what the one before has left
    filled.clear();
    for (const auto kind : kKinds) CUPTI(emulated_cupti(), cuptiActivityEnable)(kind);
  }
  ~Subscription() {
    for (const auto kind : kKinds) CUPTI(emulated_cupti(), cuptiActivityDisable)(kind);
    CHECK_EQUAL(CUPTI(emulated_cupti(), cuptiUnsubscribe)(handle_), CUPTI_SUCCESS);
  }
  void flush() const { CUPTI(emulated_cupti(), cuptiActivityFlushAll)(0); }

  Seen seen;

 private:
  static constexpr CUpti_ActivityKind kKinds[] = {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY,
                                                  CUPTI_ACTIVITY_KIND_MEMSET};
  CUpti_SubscriberHandle handle_ = nullptr;
};

template <typename Function>
Function* runtime(const char* name) {
  emulated();
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

void launch(cudaStream_t stream, const char* name) {
  runtime<decltype(laminet_emulator_enqueue)>("laminet_emulator_enqueue")(stream, name, [](void*) {}, nullptr, [](void*) {});
}

cudaStream_t new_stream() {
  cudaStream_t stream = nullptr;
  emulated().runtime.check(emulated().runtime.stream_create(&stream, cudaStreamNonBlocking));
  return stream;
}

// Kind and place of each record, as this library walks through them.
std::vector<std::string> walk(const Cupti& cupti) {
  std::vector<std::string> steps;
  for (const auto& buffer : filled) {
    CUpti_Activity* record = nullptr;
    while (CUPTI(cupti, cuptiActivityGetNextRecord)(buffer->data(), buffer->valid, &record) == CUPTI_SUCCESS)
      steps.push_back(text(record->kind) + " at " + text(reinterpret_cast<uint8_t*>(record) - buffer->data()));
  }
  return steps;
}

void work_of_each_kind(cudaStream_t stream) {
  const DeviceArray array(64);
  launch(stream, "a kernel");
  runtime<decltype(cudaMemsetAsync)>("cudaMemsetAsync")(array.data(), 0, 16, stream);
  const std::vector<char> contents = array.contents();
  launch(stream, "another");
  emulated().runtime.check(emulated().runtime.stream_synchronize(stream));
}

}  // namespace

TEST(records_are_as_long_as_the_real_ones) {
  Subscription subscription;
  work_of_each_kind(new_stream());
  subscription.flush();
  const std::vector<std::string> steps = walk(emulated_cupti());
  CHECK_EQUAL(steps.size(), size_t{4});
  if (std::string(REAL_CUPTI).find(".so") == std::string::npos) {
    std::puts("SKIPPED: the real CUPTI, which was not found");
    return;
  }
  const Cupti real(REAL_CUPTI);
  uint32_t version = 0;
  CUPTI(real, cuptiGetVersion)(&version);
  if (version != CUPTI_API_VERSION) {
    std::printf("SKIPPED: the real CUPTI has version %u, the headers %u\n", version, CUPTI_API_VERSION);
    return;
  }
  CHECK_EQUAL(walk(real), steps);
}

TEST(there_is_one_subscriber_at_a_time) {
  Subscription subscription;
  CUpti_SubscriberHandle second = nullptr;
  CHECK_EQUAL(CUPTI(emulated_cupti(), cuptiSubscribe)(&second, note, nullptr), CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED);
}

TEST(calls_are_told_with_the_numbers_of_their_work) {
  Subscription subscription;
  const cudaStream_t stream = new_stream();
  subscription.seen = {};
  launch(stream, "a kernel");
  emulated().runtime.check(emulated().runtime.stream_synchronize(stream));
  CHECK_EQUAL(subscription.seen.calls, (std::vector<std::string>{"cuLaunchKernelEx", "cudaStreamSynchronize"}));
}

TEST(clones_have_ids_of_their_own_and_name_their_originals) {
  Subscription subscription;
  const cudaStream_t stream = new_stream();
  const EmulatedRuntime& cuda = emulated().runtime;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  cuda.check(cuda.begin_capture(stream, cudaStreamCaptureModeThreadLocal));
  launch(stream, "first");
  launch(stream, "second");
  cuda.check(cuda.end_capture(stream, &graph));
  cuda.check(cuda.instantiate(&executable, graph, 0));
  const auto& nodes = subscription.seen.nodes;
  CHECK_EQUAL(nodes.size(), size_t{6});  // captured, and each clone twice
  CHECK_EQUAL(nodes[3].second, nodes[0].first);
  CHECK_EQUAL(nodes[5].second, nodes[1].first);
  CHECK(nodes[3].first >> 32 != nodes[0].first >> 32);
  cuda.check(cuda.launch(executable, stream));
  cuda.check(cuda.stream_synchronize(stream));
  subscription.flush();
  std::vector<uint64_t> ran;
  for (const auto& buffer : filled) {
    CUpti_Activity* record = nullptr;
    while (CUPTI(emulated_cupti(), cuptiActivityGetNextRecord)(buffer->data(), buffer->valid, &record) == CUPTI_SUCCESS)
      ran.push_back(reinterpret_cast<CUpti_ActivityKernel10*>(record)->graphNodeId);
  }
  CHECK_EQUAL(ran, (std::vector<uint64_t>{nodes[3].first, nodes[5].first}));
  cuda.check(cuda.executable_destroy(executable));
  cuda.check(cuda.graph_destroy(graph));
}

TEST(dropped_records_are_counted) {
  Subscription subscription;
  const Setting drop("EMULATED_CUPTI_DROP", "2");
  work_of_each_kind(new_stream());
  subscription.flush();
  size_t dropped = 0;
  CUPTI(emulated_cupti(), cuptiActivityGetNumDroppedRecords)(nullptr, 0, &dropped);
  CHECK_EQUAL(dropped, size_t{2});
  CHECK_EQUAL(walk(emulated_cupti()).size(), size_t{2});
}

}  // namespace laminet::test
