#include "activity_records.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <mutex>

namespace laminet::cuda {

namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;  // about five thousand kernels
constexpr size_t kMostRecords = 2'000'000;        // as of a timeline
constexpr size_t kAlignment = 8;                  // of CUPTI's records

// Buffers come without user data, on threads of CUPTI's.
std::mutex receiver_mutex;
ActivityRecords* receiver = nullptr;

const char* copy_name(uint8_t kind) {
  switch (kind) {
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOD: return "copy to the device";
    case CUPTI_ACTIVITY_MEMCPY_KIND_DTOH: return "copy from the device";
    case CUPTI_ACTIVITY_MEMCPY_KIND_DTOD: return "copy within the device";
    default: return "copy";
  }
}

// Names of C++ kernels come as the compiler mangled them.
std::string readable(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 && text ? text.get() : name;
}

}  // namespace

CUptiResult ActivityRecords::open() {
  const std::lock_guard lock(receiver_mutex);
  receiver = this;
  return cupti_.register_buffers(&request, &complete);
}

void ActivityRecords::close() {
  const std::lock_guard lock(receiver_mutex);
  if (receiver == this) receiver = nullptr;
}

void CUPTIAPI ActivityRecords::request(uint8_t** buffer, size_t* size, size_t* most) {
  *buffer = static_cast<uint8_t*>(std::aligned_alloc(kAlignment, kBufferBytes));
  *size = *buffer == nullptr ? 0 : kBufferBytes;
  *most = 0;
}

void CUPTIAPI ActivityRecords::complete(CUcontext context, uint32_t stream, uint8_t* buffer, size_t, size_t valid) {
  {
    const std::lock_guard lock(receiver_mutex);
    size_t dropped = 0;
    if (receiver != nullptr) {
      receiver->read(buffer, valid);
      if (receiver->cupti_.dropped_records(context, stream, &dropped) == CUPTI_SUCCESS) receiver->lost_ += static_cast<int64_t>(dropped);
    }
  }
  std::free(buffer);
}

void ActivityRecords::read(uint8_t* buffer, size_t valid) {
  CUpti_Activity* record = nullptr;
  while (cupti_.next_record(buffer, valid, &record) == CUPTI_SUCCESS) {
    if (records_.size() < kMostRecords) read(*record);
    else ++lost_;
  }
}

// Later versions of a structure add fields at its end.
void ActivityRecords::read(const CUpti_Activity& record) {
  const auto keep = [&](const auto& activity, const char* name, uint64_t bytes) {
    if (activity.end == 0) ++lost_;  // CUPTI had no time for it
    else
      records_.push_back({activity.start, activity.end, bytes, activity.graphNodeId, activity.correlationId, activity.streamId, number_of(name)});
  };
  if (record.kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) {
    const auto& kernel = reinterpret_cast<const CUpti_ActivityKernel10&>(record);
    keep(kernel, kernel.name, 0);
  } else if (record.kind == CUPTI_ACTIVITY_KIND_MEMCPY) {
    const auto& copy = reinterpret_cast<const CUpti_ActivityMemcpy6&>(record);
    keep(copy, copy_name(copy.copyKind), copy.bytes);
  } else if (record.kind == CUPTI_ACTIVITY_KIND_MEMSET) {
    const auto& fill = reinterpret_cast<const CUpti_ActivityMemset4&>(record);
    keep(fill, "fill", fill.bytes);
  }
}

int32_t ActivityRecords::number_of(const char* name) {
  const auto [place, fresh] = numbers_.emplace(name, static_cast<int32_t>(names_.size()));
  if (fresh) names_.push_back(readable(name));
  return place->second;
}

}  // namespace laminet::cuda
