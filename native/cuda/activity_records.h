// What CUPTI records, taken out of its buffers as they come. One object at a time receives them: CUPTI's buffers are those of the process.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "cupti_library.h"

namespace laminet::cuda {

// A kernel, a copy or a fill; times are those of CUPTI's clock.
struct ActivityRecord {
  uint64_t begin, end;
  uint64_t bytes;
  uint64_t node;         // of a graph; 0: none
  uint32_t correlation;  // of the call that asked for it
  uint32_t stream;
  int32_t name;
};

class ActivityRecords {
 public:
  explicit ActivityRecords(const CuptiLibrary& cupti) : cupti_(cupti) {}
  ~ActivityRecords() { close(); }
  ActivityRecords(const ActivityRecords&) = delete;
  ActivityRecords& operator=(const ActivityRecords&) = delete;

  CUptiResult open();
  // Buffers that come after this are dropped. From here on the records may be read.
  void close();

  std::vector<ActivityRecord> take() { return std::move(records_); }
  const std::string& name(const ActivityRecord& record) const { return names_[record.name]; }
  int64_t lost() const { return lost_; }

 private:
  static void CUPTIAPI request(uint8_t** buffer, size_t* size, size_t* most);
  static void CUPTIAPI complete(CUcontext context, uint32_t stream, uint8_t* buffer, size_t size, size_t valid);
  void read(uint8_t* buffer, size_t valid);
  void read(const CUpti_Activity& record);
  int32_t number_of(const char* name);

  const CuptiLibrary& cupti_;
  std::vector<ActivityRecord> records_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, int32_t> numbers_;
  int64_t lost_ = 0;
};

}  // namespace laminet::cuda
