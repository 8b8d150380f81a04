#include "executor.h"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace laminet {

Executor::Executor(const std::string& name) {
  // Signals belong to the main thread: the new thread inherits a mask that blocks all of them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { loop(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

bool Executor::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Executor::stop(Job last) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && last) jobs_.push_back(std::move(last));
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Executor::loop() {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();  // and it is destroyed here, with the buffers that it holds
  }
}

}  // namespace laminet
