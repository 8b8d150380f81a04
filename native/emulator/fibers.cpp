#include "emulator/fibers.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// Saves the registers that a function must keep (System V ABI, 3.2.1) on the stack, and goes on with another stack.
extern "C" void laminet_emulator_swap(void** from, void* to);
#if defined(__x86_64__)
asm(R"(
.text
.hidden laminet_emulator_swap
.globl laminet_emulator_swap
.type laminet_emulator_swap,@function
laminet_emulator_swap:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size laminet_emulator_swap, .-laminet_emulator_swap
)");
#else
#error "the emulated device switches stacks on x86-64 only"
#endif

namespace laminet::emulator {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr size_t kStack = 512 * 1024;  // instrumented frames are large
#else
constexpr size_t kStack = 128 * 1024;
#endif
constexpr size_t kGuard = 4096;

Fiber* running = nullptr;
Fiber* left = nullptr;

}  // namespace

Fiber::Fiber(void (*body)()) : body_(body), bytes_(kStack) {
  void* memory = mmap(nullptr, kGuard + kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  mprotect(memory, kGuard, PROT_NONE);
  stack_ = static_cast<char*>(memory) + kGuard;
  auto* top = reinterpret_cast<uint64_t*>(static_cast<char*>(stack_) + kStack);
  *--top = 0;  // where start() would return to; also aligns the stack as after a call
  *--top = reinterpret_cast<uint64_t>(&Fiber::start);
  for (int saved = 0; saved < 6; ++saved) *--top = 0;
  stack_pointer_ = top;
}

Fiber::~Fiber() {
  if (!stack_) return;
#ifdef __SANITIZE_ADDRESS__
  ASAN_UNPOISON_MEMORY_REGION(stack_, kStack);
#endif
  munmap(static_cast<char*>(stack_) - kGuard, kGuard + kStack);
}

Fiber& Fiber::host() {
  static Fiber host;
  return host;
}

void Fiber::start() {
  running->arrived();
  running->body_();
  __builtin_trap();
}

// The sanitizer is told of every switch, and tells the bounds of the stack that was left.
void Fiber::arrived() {
#ifdef __SANITIZE_ADDRESS__
  const void* bottom = nullptr;
  size_t bytes = 0;
  __sanitizer_finish_switch_fiber(sanitizer_, &bottom, &bytes);
  if (left->body_ == nullptr) {
    left->stack_ = const_cast<void*>(bottom);
    left->bytes_ = bytes;
  }
#endif
}

void Fiber::switch_to(Fiber& to) {
  left = this;
  running = &to;
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&sanitizer_, to.stack_, to.bytes_);
#endif
  laminet_emulator_swap(&stack_pointer_, to.stack_pointer_);
  arrived();
}

Fiber* FiberPool::take() {
  if (idle_.empty()) {
    all_.push_back(std::make_unique<Fiber>(body_));
    return all_.back().get();
  }
  Fiber* fiber = idle_.back();
  idle_.pop_back();
  return fiber;
}

void FiberPool::abandon() {
  idle_.clear();
  all_.clear();
}

}  // namespace laminet::emulator
