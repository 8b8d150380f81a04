// Named ranges of the host's time for Nsight Systems (NVTX, domain "laminet"). Without a tool a range is one comparison.
#pragma once

#include <nvtx3/nvToolsExt.h>

#include <string>

namespace laminet::cuda {

class Range {
 public:
  explicit Range(const std::string& name) {
    nvtxEventAttributes_t attributes{};
    attributes.version = NVTX_VERSION;
    attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
    attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
    attributes.message.ascii = name.c_str();
    nvtxDomainRangePushEx(domain(), &attributes);
  }
  ~Range() { nvtxDomainRangePop(domain()); }
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;

 private:
  static nvtxDomainHandle_t domain() {
    static const nvtxDomainHandle_t handle = nvtxDomainCreateA("laminet");
    return handle;
  }
};

}  // namespace laminet::cuda
