// A device behind its executor: calls queue work and return at once; results come through callbacks on the executor's thread. A run that
// fails poisons its outputs, and whatever uses them fails with the same error.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "backend.h"
#include "executor.h"
#include "host_memory.h"
#include "timeline.h"

namespace laminet {

// An error on its way to whoever looks.
struct Failure {
  Error error;
  bool seen = false;  // a reader received it
};
using FailurePtr = std::shared_ptr<Failure>;

// A tensor in the queue: its buffer exists when the job that makes it has run. Everything but the type belongs to the executor's thread.
struct Slot {
  const Type type;
  BufferPtr buffer{};
  FailurePtr failure{};
  HostMemory staged{};       // contents to import when the run comes
  bool for_one_run = false;  // the buffer goes when the run has ended
};
using SlotPtr = std::shared_ptr<Slot>;

// A program of the device, compiled at its first run.
class Code;
using CodePtr = std::shared_ptr<Code>;
int64_t program_number(const Code& code);  // as in timelines

using CancelPtr = std::shared_ptr<std::atomic<bool>>;  // may be null: not to be cancelled
using Done = std::function<void(const Error*)>;        // null: it worked; called on the executor's thread

// What a run reads; it also writes the variables.
struct Arguments {
  std::vector<SlotPtr> inputs;
  std::vector<SlotPtr> variables;
  CancelPtr cancel;
};

class Engine {
 public:
  explicit Engine(const std::string& name, std::unique_ptr<Device> device);
  ~Engine() { close(); }

  SlotPtr allocate(const Type& type);  // zeros
  SlotPtr import(const Type& type, HostMemory memory);
  // For the input of one run, which imports it.
  SlotPtr stage(const Type& type, HostMemory memory);
  void write(SlotPtr slot, HostMemory memory);
  // `destination` holds type.bytes() and stays valid until `done`.
  void read(SlotPtr slot, void* destination, Done done);
  void release(SlotPtr slot);

  // The program must have passed verify().
  CodePtr add_program(Program program, std::vector<HostMemory> constants);
  void release(CodePtr code);
  // One slot a returned value.
  std::vector<SlotPtr> run(CodePtr code, Arguments arguments);
  // Copies the returned values to `destinations`.
  void run_and_read(CodePtr code, Arguments arguments, std::vector<void*> destinations, Done done);
  // Everything queued so far has run; reports the first failed run since the last flush whose error no reader received.
  void flush(Done done);

  // Records a timeline from here on; switched off, hands over what it recorded.
  void set_profiling(bool on);
  // The last recorded timeline, once. Call it after set_profiling(false) and flush().
  Timeline take_timeline();
  MemoryInfo memory() const;
  // As of the compilation.
  std::vector<KernelInfo> kernels(const Code& code) const;
  std::string plan(const Code& code) const;
  std::string choices() const { return device_->choices(); }
  void adopt_choices(const std::string& text) { device_->adopt_choices(text); }
  HostPool& host_pool() { return host_pool_; }

  // Cancels what runs and what is queued (code ABORTED), frees everything, ends the thread. Not from the executor's thread.
  void close();

 private:
  struct Running;

  SlotPtr make_slot(const Type& type);
  bool submit(Executor::Job job);
  void require_intact(const std::vector<SlotPtr>& slots);
  void download(const std::vector<SlotPtr>& slots, const std::vector<void*>& destinations);
  void drop_staged(const Arguments& arguments);
  void execute(Code& code, const Arguments& arguments, const std::vector<SlotPtr>& outputs);
  void compile(Code& code);
  void fill_outputs(const std::vector<SlotPtr>& outputs);
  const std::vector<SlotPtr>& reused_outputs(Code& code);
  void begin_run(const CancelPtr& cancel);
  void end_run();
  void note_failure(const FailurePtr& failure);

  HostPool host_pool_;
  std::atomic<int64_t> programs_{0};  // made so far
  std::unique_ptr<Device> device_;
  std::atomic<bool> closed_{false};

  // Cancellation: what runs now looks at `current_`, or at `closing_` when the caller gave no flag.
  std::mutex running_mutex_;
  CancelPtr current_;
  std::atomic<bool> closing_{false};

  // Of the executor's thread.
  std::unordered_set<SlotPtr> slots_;
  std::unordered_set<CodePtr> codes_;
  std::vector<BufferPtr> inputs_, variables_, outputs_;  // of the current run; kept for their capacity
  FailurePtr unseen_;
  std::unique_ptr<TimelineRecorder> recorder_;  // while profiling

  mutable std::mutex snapshot_mutex_;
  MemoryInfo memory_;
  Timeline timeline_;  // handed over

  Executor executor_;  // last: its thread uses everything above
};

}  // namespace laminet
