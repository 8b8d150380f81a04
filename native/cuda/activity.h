// A recording of what the GPU does, by CUPTI's activity records: every kernel, copy and fill with the GPU's own times, in steps that stay
// one graph launch each. A process has one such recording at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "activity_records.h"
#include "cupti_clock.h"
#include "cupti_library.h"
#include "runtime/backend.h"

namespace laminet::cuda {

class Activity {
 public:
  // Begins a recording of what the calling thread asks of CUDA. Null where CUPTI is missing or refuses; `why_not` says so.
  static std::unique_ptr<Activity> begin(Recorder& recorder, std::string& why_not);
  ~Activity();
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  // Reports all of it to the recorder. The streams must be idle.
  void end();

  int64_t number() const { return number_; }  // of the recording, in the process, from 1
  void begin_run();
  // A graph whose nodes are captured from here on; its number, for `launched`.
  int begin_graph();
  void launched(int graph);

  // While it lives, what is asked of CUDA belongs to a kernel of the run's program. Without a recording it does nothing.
  class Kernel {
   public:
    Kernel(Activity* activity, size_t index) : activity_(activity) {
      if (activity_ != nullptr) activity_->kernel_ = static_cast<int32_t>(index);
    }
    ~Kernel() {
      if (activity_ != nullptr) activity_->kernel_ = -1;
    }
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

   private:
    Activity* const activity_;
  };

 private:
  struct Call {
    uint32_t correlation;
    int32_t kernel;
    int64_t run;
  };
  struct Node {
    int32_t graph;
    int32_t kernel;
    size_t seen = 0;  // records so far
  };
  // The kernel of a run, or -1 for what belongs to none.
  struct Origin {
    int64_t run = 0;
    int32_t kernel = -1;
  };

  Activity(const CuptiLibrary& cupti, Recorder& recorder);
  std::string start();
  void stop();
  static void CUPTIAPI called_back(void* activity, CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data);
  void note_call(const CUpti_CallbackData& call);
  void note_node(CUpti_CallbackId id, const CUpti_GraphData& graph);
  bool find_origin(const ActivityRecord& record, Origin& origin);

  const CuptiLibrary& cupti_;
  Recorder& recorder_;
  const int64_t number_;
  const std::thread::id thread_ = std::this_thread::get_id();
  CUpti_SubscriberHandle subscriber_ = nullptr;
  CuptiClock clock_;
  ActivityRecords records_;

  // Of the recorded thread.
  int64_t run_ = 0;
  int32_t kernel_ = -1;
  int32_t graph_ = -1;
  std::vector<Call> calls_;
  std::unordered_map<uint64_t, Node> nodes_;
  std::vector<std::vector<int64_t>> launches_;  // runs, by graph
  int64_t unplaced_ = 0;
};

}  // namespace laminet::cuda
