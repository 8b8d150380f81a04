// The functions of libcupti.so.13 that a recording calls. The library is optional: the finder has loaded it where it is.
#pragma once

#include <cupti.h>

#include <string>

namespace laminet::cuda {

struct CuptiLibrary {
  decltype(&cuptiGetVersion) version;
  decltype(&cuptiGetResultString) result_string;
  decltype(&cuptiGetTimestamp) timestamp;
  decltype(&cuptiSubscribe) subscribe;
  decltype(&cuptiUnsubscribe) unsubscribe;
  decltype(&cuptiEnableDomain) enable_domain;
  decltype(&cuptiEnableCallback) enable_callback;
  decltype(&cuptiGetGraphNodeId) graph_node_id;
  decltype(&cuptiActivityRegisterCallbacks) register_buffers;
  decltype(&cuptiActivityEnable) enable;
  decltype(&cuptiActivityDisable) disable;
  decltype(&cuptiActivityFlushAll) flush;
  decltype(&cuptiActivityGetNextRecord) next_record;
  decltype(&cuptiActivityGetNumDroppedRecords) dropped_records;

  std::string text(CUptiResult result) const;
  std::string version_text() const;  // "13.0.1"
};

// Null where the library is not loaded, or lacks a function; `why_not` says so.
const CuptiLibrary* cupti_library(std::string& why_not);

}  // namespace laminet::cuda
