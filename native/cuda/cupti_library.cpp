#include "cupti_library.h"

#include <dlfcn.h>

namespace laminet::cuda {

namespace {

constexpr const char* kName = "libcupti.so.13";

// Finds functions in the library and remembers the first that is missing.
class Loader {
 public:
  explicit Loader(void* library) : library_(library) {}

  template <typename Function>
  void load(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    if (function == nullptr && missing_.empty()) missing_ = name;
  }
  const std::string& missing() const { return missing_; }

 private:
  void* const library_;
  std::string missing_;
};

std::string load_all(Loader& loader, CuptiLibrary& cupti) {
  loader.load(cupti.version, "cuptiGetVersion");
  loader.load(cupti.result_string, "cuptiGetResultString");
  loader.load(cupti.timestamp, "cuptiGetTimestamp");
  loader.load(cupti.subscribe, "cuptiSubscribe");
  loader.load(cupti.unsubscribe, "cuptiUnsubscribe");
  loader.load(cupti.enable_domain, "cuptiEnableDomain");
  loader.load(cupti.enable_callback, "cuptiEnableCallback");
  loader.load(cupti.graph_node_id, "cuptiGetGraphNodeId");
  loader.load(cupti.register_buffers, "cuptiActivityRegisterCallbacks");
  loader.load(cupti.enable, "cuptiActivityEnable");
  loader.load(cupti.disable, "cuptiActivityDisable");
  loader.load(cupti.flush, "cuptiActivityFlushAll");
  loader.load(cupti.next_record, "cuptiActivityGetNextRecord");
  loader.load(cupti.dropped_records, "cuptiActivityGetNumDroppedRecords");
  return loader.missing();
}

}  // namespace

std::string CuptiLibrary::text(CUptiResult result) const {
  const char* name = nullptr;
  if (result_string(result, &name) == CUPTI_SUCCESS && name != nullptr) return name;
  return "CUPTI error " + std::to_string(result);
}

std::string CuptiLibrary::version_text() const {
  uint32_t number = 0;
  version(&number);
  return std::to_string(number / 10000) + "." + std::to_string(number / 100 % 100) + "." + std::to_string(number % 100);
}

const CuptiLibrary* cupti_library(std::string& why_not) {
  static CuptiLibrary cupti{};
  static const std::string problem = [] {
    void* const library = dlopen(kName, RTLD_NOW | RTLD_NOLOAD);
    if (library == nullptr) return kName + std::string(" was not found");
    Loader loader(library);
    const std::string missing = load_all(loader, cupti);
    return missing.empty() ? missing : kName + (" has no " + missing);
  }();
  why_not = problem;
  return problem.empty() ? &cupti : nullptr;
}

}  // namespace laminet::cuda
