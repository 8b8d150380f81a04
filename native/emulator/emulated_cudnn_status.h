// How calls of the emulated cuDNN fail: by an exception inside, by a status and words outside; and on request, to test what callers do.
#pragma once

#include <cudnn.h>

#include <string>

namespace laminet::emulated_cudnn {

struct Failure {
  cudnnStatus_t status;
  std::string words;
};

[[noreturn]] void refuse(cudnnStatus_t status, const std::string& words);
inline void require(bool condition, cudnnStatus_t status, const std::string& words) {
  if (!condition) refuse(status, words);
}

// "CUDNN_STATUS_BAD_PARAM"
const char* status_name(cudnnStatus_t status);
// What cudnnGetLastErrorString gives, for each thread.
std::string& last_words();

// Throws when EMULATED_CUDNN_FAIL (asked_fault.h; the status by name or number) is about this call.
void inject_fault(const char* function);

template <typename Body>
cudnnStatus_t guarded(const char* function, Body body) {
  try {
    inject_fault(function);
    body();
    return CUDNN_STATUS_SUCCESS;
  } catch (const Failure& failure) {
    last_words() = failure.words;
    return failure.status;
  }
}

}  // namespace laminet::emulated_cudnn
