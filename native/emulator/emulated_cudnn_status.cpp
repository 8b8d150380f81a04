#include "emulated_cudnn_status.h"

#include <cstdlib>
#include <utility>

#include "asked_fault.h"

namespace laminet::emulated_cudnn {

namespace {

#define LAMINET_STATUS(name) {name, #name}
constexpr std::pair<cudnnStatus_t, const char*> kNames[] = {
    LAMINET_STATUS(CUDNN_STATUS_SUCCESS),
    LAMINET_STATUS(CUDNN_STATUS_NOT_INITIALIZED),
    LAMINET_STATUS(CUDNN_STATUS_SERIALIZATION_VERSION_MISMATCH),
    LAMINET_STATUS(CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED),
    LAMINET_STATUS(CUDNN_STATUS_BAD_PARAM),
    LAMINET_STATUS(CUDNN_STATUS_BAD_PARAM_NULL_POINTER),
    LAMINET_STATUS(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER),
    LAMINET_STATUS(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED),
    LAMINET_STATUS(CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT),
    LAMINET_STATUS(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE),
    LAMINET_STATUS(CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE),
    LAMINET_STATUS(CUDNN_STATUS_NOT_SUPPORTED),
    LAMINET_STATUS(CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN),
    LAMINET_STATUS(CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH),
    LAMINET_STATUS(CUDNN_STATUS_INTERNAL_ERROR),
    LAMINET_STATUS(CUDNN_STATUS_INTERNAL_ERROR_COMPILATION_FAILED),
    LAMINET_STATUS(CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED),
    LAMINET_STATUS(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED),
    LAMINET_STATUS(CUDNN_STATUS_EXECUTION_FAILED),
    LAMINET_STATUS(CUDNN_STATUS_EXECUTION_FAILED_CUDART),
};
#undef LAMINET_STATUS

cudnnStatus_t status_of(const std::string& text) {
  for (const auto& [status, name] : kNames)
    if (text == name) return status;
  return static_cast<cudnnStatus_t>(std::strtol(text.c_str(), nullptr, 10));
}

}  // namespace

void refuse(cudnnStatus_t status, const std::string& words) { throw Failure{status, words}; }

const char* status_name(cudnnStatus_t status) {
  for (const auto& [known, name] : kNames)
    if (status == known) return name;
  return "CUDNN_UNKNOWN_STATUS";
}

std::string& last_words() {
  thread_local std::string words;
  return words;
}

void inject_fault(const char* function) {
  const std::string status = emulator::asked_fault("EMULATED_CUDNN_FAIL", function);
  if (!status.empty()) refuse(status_of(status), std::string(function) + ": a fault was asked for");
}

}  // namespace laminet::emulated_cudnn
