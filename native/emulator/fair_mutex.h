// A recursive lock that threads get in the order in which they asked. A GPU serves its streams side by side; with std::recursive_mutex the
// thread that has just worked nearly always gets the next turn, and others wait for minutes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace laminet::emulator {

class FairMutex {
 public:
  void lock() {
    std::unique_lock guard(mutex_);
    if (depth_ > 0 && owner_ == std::this_thread::get_id()) {
      ++depth_;
      return;
    }
    const uint64_t ticket = next_ticket_++;
    turn_.wait(guard, [&] { return ticket == serving_; });
    owner_ = std::this_thread::get_id();
    depth_ = 1;
  }

  void unlock() {
    {
      const std::lock_guard guard(mutex_);
      if (--depth_ > 0) return;
      ++serving_;
    }
    turn_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::thread::id owner_;
  int depth_ = 0;
  uint64_t next_ticket_ = 0;
  uint64_t serving_ = 0;
};

}  // namespace laminet::emulator
