// Stacks that take turns on one processor thread: what the threads of a block run on.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace laminet::emulator {

class Fiber {
 public:
  // `body` never returns: it switches away for good.
  explicit Fiber(void (*body)());
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The stack that the process gave to the calling thread.
  static Fiber& host();
  // Goes on with `to`; returns when somebody switches back to this fiber.
  void switch_to(Fiber& to);

 private:
  Fiber() = default;
  static void start();
  void arrived();

  void (*body_)() = nullptr;
  void* stack_pointer_ = nullptr;
  void* stack_ = nullptr;  // lowest address; null for the host, whose bounds are learnt when it is left
  size_t bytes_ = 0;
  void* sanitizer_ = nullptr;
};

// Fibers that wait for a thread to run.
class FiberPool {
 public:
  explicit FiberPool(void (*body)()) : body_(body) {}
  Fiber* take();
  void give_back(Fiber* fiber) { idle_.push_back(fiber); }
  // Forgets what all fibers were doing.
  void abandon();

 private:
  void (*const body_)();
  std::vector<std::unique_ptr<Fiber>> all_;
  std::vector<Fiber*> idle_;
};

}  // namespace laminet::emulator
