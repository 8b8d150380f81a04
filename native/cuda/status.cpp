#include "status.h"

#include <atomic>

namespace laminet::cuda {

namespace {

// Set by the first sticky error: the context, and with it every address, is lost for the rest of the process.
std::atomic<int> lost{cudaSuccess};

std::string device_name() {
  int index = 0;
  if (cudaGetDevice(&index) != cudaSuccess) index = 0;
  return "device 'cuda:" + std::to_string(index) + "'";
}

std::string words(cudaError_t status) { return std::string(cudaGetErrorString(status)) + " (" + cudaGetErrorName(status) + ")"; }

// "cudaMemcpyAsync(to, from, ...)" -> "cudaMemcpyAsync"
std::string function_of(const std::string& call) { return call.substr(0, call.find('(')); }

}  // namespace

// CUDA's documentation marks these: "the process must be terminated and relaunched".
bool is_sticky(cudaError_t status) {
  switch (status) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorAssert:
    case cudaErrorECCUncorrectable:
      return true;
    default:
      return false;
  }
}

void require_usable() {
  const auto status = static_cast<cudaError_t>(lost.load());
  if (status == cudaSuccess) return;
  throw Error("DEVICE", device_name() + " is unusable since an earlier failure: " + words(status) +
                            "; restart the process (LAMINET_DEVICE=cpu trains without it)");
}

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // else the next launch would report it again
  if (is_sticky(status)) {
    int none = cudaSuccess;
    if (!lost.compare_exchange_strong(none, status)) require_usable();
    throw Error("DEVICE", device_name() + ": " + function_of(call) + ": " + words(status) +
                              "; a kernel before this call failed, and the device cannot be used by this process any more: restart it");
  }
  const char* code = status == cudaErrorMemoryAllocation ? "OUT_OF_MEMORY" : "DEVICE";
  throw Error(code, device_name() + ": " + function_of(call) + ": " + words(status));
}

void check_launch(const char* kernel) { check(cudaGetLastError(), kernel); }

}  // namespace laminet::cuda
