// Activity records of the emulated CUPTI, in the real structures: written into buffers that the client gives, which come back when they are
// full, or are flushed, on a thread of CUPTI's.
//
//   EMULATED_CUPTI_PIECES=n   a buffer comes back with n records; of two at a time the later one first
//   EMULATED_CUPTI_DROP=n     every n-th record is dropped and counted
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <cuda_runtime_api.h>

#include "emulated_cupti.h"

namespace laminet::emulator {
namespace {

struct Buffer {
  uint8_t* data = nullptr;
  size_t size = 0;
  size_t valid = 0;
  size_t records = 0;
};

struct Records {
  std::mutex mutex;
  CUpti_BuffersCallbackRequestFunc request = nullptr;
  CUpti_BuffersCallbackCompleteFunc complete = nullptr;
  std::set<CUpti_ActivityKind> kinds;
  Buffer open;
  std::vector<Buffer> done;  // not yet handed over
  size_t dropped = 0, seen = 0;
  std::set<std::string> names;  // records point to them
  std::map<const void*, uint32_t> streams;
};

Records& records() {
  static auto* const instance = new Records;
  return *instance;
}

size_t setting(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : static_cast<size_t>(std::atoi(text));
}

void hand_over(Records& all) {
  std::thread([&all] {
    for (size_t left = all.done.size(); left > 0; --left) {
      const Buffer& buffer = all.done[left - 1];
      all.complete(nullptr, 0, buffer.data, buffer.size, buffer.valid);
    }
  }).join();
  all.done.clear();
}

void close(Records& all) {
  if (all.open.records > 0) all.done.push_back(std::exchange(all.open, {}));
}

bool make_room(Records& all, size_t bytes) {
  if (all.open.data != nullptr && all.open.size - all.open.valid < bytes) {
    close(all);
    hand_over(all);
  }
  if (all.open.data == nullptr) {
    size_t most = 0;
    all.request(&all.open.data, &all.open.size, &most);
  }
  return all.open.data != nullptr && all.open.size - all.open.valid >= bytes;
}

template <typename Record>
void add(Records& all, const Record& record) {
  const size_t every = setting("EMULATED_CUPTI_DROP");
  if (all.kinds.count(record.kind) == 0) return;
  if ((every != 0 && ++all.seen % every == 0) || !make_room(all, sizeof record)) {
    ++all.dropped;
    return;
  }
  std::memcpy(all.open.data + all.open.valid, &record, sizeof record);
  all.open.valid += sizeof record;
  if (++all.open.records != setting("EMULATED_CUPTI_PIECES")) return;
  close(all);
  if (all.done.size() == 2) hand_over(all);
}

template <typename Record>
Record begin_record(Records& all, CUpti_ActivityKind kind, const laminet_emulator_worked& work) {
  Record record;
  std::memset(&record, 0, sizeof record);
  record.kind = kind;
  record.start = cupti_time(work.begin);
  record.end = cupti_time(work.end);
  record.correlationId = work.call;
  record.graphNodeId = work.node;
  record.graphId = static_cast<uint32_t>(work.node >> 32);
  record.streamId = all.streams.emplace(work.stream, static_cast<uint32_t>(all.streams.size()) + 7).first->second;
  return record;
}

uint8_t copy_kind(int direction) {
  switch (direction) {
    case cudaMemcpyHostToDevice: return CUPTI_ACTIVITY_MEMCPY_KIND_HTOD;
    case cudaMemcpyDeviceToHost: return CUPTI_ACTIVITY_MEMCPY_KIND_DTOH;
    case cudaMemcpyDeviceToDevice: return CUPTI_ACTIVITY_MEMCPY_KIND_DTOD;
    default: return CUPTI_ACTIVITY_MEMCPY_KIND_HTOH;
  }
}

size_t size_of(const CUpti_Activity& record) {
  switch (record.kind) {
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL: return sizeof(CUpti_ActivityKernel10);
    case CUPTI_ACTIVITY_KIND_MEMCPY: return sizeof(CUpti_ActivityMemcpy6);
    default: return sizeof(CUpti_ActivityMemset4);
  }
}

CUptiResult next(uint8_t* buffer, size_t valid, CUpti_Activity** record) {
  auto* const following = *record == nullptr ? buffer : reinterpret_cast<uint8_t*>(*record) + size_of(**record);
  if (following >= buffer + valid) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  *record = reinterpret_cast<CUpti_Activity*>(following);
  return CUPTI_SUCCESS;
}

}  // namespace

void keep_record(const laminet_emulator_worked& work) {
  Records& all = records();
  const std::lock_guard lock(all.mutex);
  if (work.kind == laminet_emulator_kernel) {
    auto kernel = begin_record<CUpti_ActivityKernel10>(all, CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, work);
    kernel.name = all.names.insert(work.name).first->c_str();
    add(all, kernel);
  } else if (work.kind == laminet_emulator_copy) {
    auto copy = begin_record<CUpti_ActivityMemcpy6>(all, CUPTI_ACTIVITY_KIND_MEMCPY, work);
    copy.copyKind = copy_kind(work.direction);
    copy.bytes = work.bytes;
    add(all, copy);
  } else {
    auto fill = begin_record<CUpti_ActivityMemset4>(all, CUPTI_ACTIVITY_KIND_MEMSET, work);
    fill.bytes = work.bytes;
    add(all, fill);
  }
}

}  // namespace laminet::emulator

using namespace laminet::emulator;

extern "C" {

CUptiResult CUPTIAPI cuptiActivityRegisterCallbacks(CUpti_BuffersCallbackRequestFunc request, CUpti_BuffersCallbackCompleteFunc complete) {
  return cupti_call("cuptiActivityRegisterCallbacks", [=] {
    records().request = request;
    records().complete = complete;
    return CUPTI_SUCCESS;
  });
}

CUptiResult CUPTIAPI cuptiActivityEnable(CUpti_ActivityKind kind) {
  return cupti_call("cuptiActivityEnable", [=] {
    if (records().request == nullptr) return CUPTI_ERROR_INVALID_OPERATION;
    records().kinds.insert(kind);
    return CUPTI_SUCCESS;
  });
}

CUptiResult CUPTIAPI cuptiActivityDisable(CUpti_ActivityKind kind) {
  return cupti_call("cuptiActivityDisable", [=] {
    records().kinds.erase(kind);
    return CUPTI_SUCCESS;
  });
}

CUptiResult CUPTIAPI cuptiActivityFlushAll(uint32_t) {
  return cupti_call("cuptiActivityFlushAll", [] {
    const std::lock_guard lock(records().mutex);
    close(records());
    hand_over(records());
    return CUPTI_SUCCESS;
  });
}

CUptiResult CUPTIAPI cuptiActivityGetNextRecord(uint8_t* buffer, size_t valid, CUpti_Activity** record) {
  return cupti_call("cuptiActivityGetNextRecord", [=] { return next(buffer, valid, record); });
}

CUptiResult CUPTIAPI cuptiActivityGetNumDroppedRecords(CUcontext, uint32_t, size_t* dropped) {
  return cupti_call("cuptiActivityGetNumDroppedRecords", [=] {
    *dropped = std::exchange(records().dropped, 0);
    return CUPTI_SUCCESS;
  });
}

}  // extern "C"
