// Names and texts of CUDA's errors, as the runtime gives them.
#include <cuda_runtime_api.h>

namespace {

struct Text {
  cudaError_t code;
  const char* name;
  const char* text;
};

#define LAMINET_ERROR(name, text) {name, #name, text}
const Text texts[] = {
    LAMINET_ERROR(cudaSuccess, "no error"),
    LAMINET_ERROR(cudaErrorInvalidValue, "invalid argument"),
    LAMINET_ERROR(cudaErrorMemoryAllocation, "out of memory"),
    LAMINET_ERROR(cudaErrorInitializationError, "initialization error"),
    LAMINET_ERROR(cudaErrorCudartUnloading, "driver shutting down"),
    LAMINET_ERROR(cudaErrorInvalidConfiguration, "invalid configuration argument"),
    LAMINET_ERROR(cudaErrorInvalidPitchValue, "invalid pitch argument"),
    LAMINET_ERROR(cudaErrorInvalidMemcpyDirection, "invalid copy direction for memcpy"),
    LAMINET_ERROR(cudaErrorInsufficientDriver, "CUDA driver version is insufficient for CUDA runtime version"),
    LAMINET_ERROR(cudaErrorMissingConfiguration, "__global__ function call is not configured"),
    LAMINET_ERROR(cudaErrorInvalidDeviceFunction, "invalid device function"),
    LAMINET_ERROR(cudaErrorNoDevice, "no CUDA-capable device is detected"),
    LAMINET_ERROR(cudaErrorInvalidDevice, "invalid device ordinal"),
    LAMINET_ERROR(cudaErrorInvalidKernelImage, "device kernel image is invalid"),
    LAMINET_ERROR(cudaErrorDeviceUninitialized, "invalid device context"),
    LAMINET_ERROR(cudaErrorNoKernelImageForDevice, "no kernel image is available for execution on the device"),
    LAMINET_ERROR(cudaErrorECCUncorrectable, "uncorrectable ECC error encountered"),
    LAMINET_ERROR(cudaErrorInvalidPtx, "a PTX JIT compilation failed"),
    LAMINET_ERROR(cudaErrorSystemDriverMismatch, "system has unsupported display driver / cuda driver combination"),
    LAMINET_ERROR(cudaErrorIllegalState, "the operation cannot be performed in the present state"),
    LAMINET_ERROR(cudaErrorInvalidResourceHandle, "invalid resource handle"),
    LAMINET_ERROR(cudaErrorSymbolNotFound, "named symbol not found"),
    LAMINET_ERROR(cudaErrorNotReady, "device not ready"),
    LAMINET_ERROR(cudaErrorIllegalAddress, "an illegal memory access was encountered"),
    LAMINET_ERROR(cudaErrorLaunchOutOfResources, "too many resources requested for launch"),
    LAMINET_ERROR(cudaErrorLaunchTimeout, "the launch timed out and was terminated"),
    LAMINET_ERROR(cudaErrorAssert, "device-side assert triggered"),
    LAMINET_ERROR(cudaErrorHostMemoryAlreadyRegistered, "part or all of the requested memory range is already mapped"),
    LAMINET_ERROR(cudaErrorHostMemoryNotRegistered, "pointer does not correspond to a registered memory region"),
    LAMINET_ERROR(cudaErrorHardwareStackError, "hardware stack error"),
    LAMINET_ERROR(cudaErrorIllegalInstruction, "an illegal instruction was encountered"),
    LAMINET_ERROR(cudaErrorMisalignedAddress, "misaligned address"),
    LAMINET_ERROR(cudaErrorInvalidAddressSpace, "operation not supported on global/shared address space"),
    LAMINET_ERROR(cudaErrorInvalidPc, "invalid program counter"),
    LAMINET_ERROR(cudaErrorLaunchFailure, "unspecified launch failure"),
    LAMINET_ERROR(cudaErrorNotPermitted, "operation not permitted"),
    LAMINET_ERROR(cudaErrorNotSupported, "operation not supported"),
    LAMINET_ERROR(cudaErrorStreamCaptureUnsupported, "operation not permitted when stream is capturing"),
    LAMINET_ERROR(cudaErrorStreamCaptureInvalidated, "operation failed due to a previous error during capture"),
    LAMINET_ERROR(cudaErrorStreamCaptureMerge, "operation would result in a merge of separate capture sequences"),
    LAMINET_ERROR(cudaErrorStreamCaptureUnmatched, "capture was not ended in the same stream as it began"),
    LAMINET_ERROR(cudaErrorStreamCaptureUnjoined, "capturing stream has unjoined work"),
    LAMINET_ERROR(cudaErrorStreamCaptureIsolation, "dependency created on uncaptured work in another stream"),
    LAMINET_ERROR(cudaErrorStreamCaptureImplicit, "operation would make the legacy stream depend on a capturing blocking stream"),
    LAMINET_ERROR(cudaErrorCapturedEvent, "operation not permitted on an event last recorded in a capturing stream"),
    LAMINET_ERROR(cudaErrorStreamCaptureWrongThread, "attempt to terminate a thread-local capture sequence from another thread"),
    LAMINET_ERROR(cudaErrorGraphExecUpdateFailure, "the graph update was not performed because it included changes which violated "
                                                   "constraints specific to instantiated graph update"),
    LAMINET_ERROR(cudaErrorUnknown, "unknown error"),
};

const Text* find(cudaError_t code) {
  for (const Text& text : texts) {
    if (text.code == code) return &text;
  }
  return nullptr;
}

}  // namespace

extern "C" {

const char* cudaGetErrorName(cudaError_t code) {
  const Text* known = find(code);
  return known ? known->name : "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t code) {
  const Text* known = find(code);
  return known ? known->text : "unrecognized error code";
}

}  // extern "C"
