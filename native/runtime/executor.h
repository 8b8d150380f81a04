// The thread of a device: runs jobs one after the other, in the order they came.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace laminet {

class Executor {
 public:
  using Job = std::function<void()>;  // must not throw

  // `name` (up to 15 characters) is what profilers and debuggers show.
  explicit Executor(const std::string& name);
  ~Executor() { stop(); }
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False after stop(): the job is dropped.
  bool submit(Job job);
  // Runs what is queued, then `last`, then ends the thread. Not to be called by a job; harmless when repeated.
  void stop(Job last = nullptr);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace laminet
