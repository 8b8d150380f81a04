#include "engine.h"

#include <cstring>
#include <new>
#include <utility>

#include "log.h"

namespace laminet {

class Code {
 public:
  Program program;
  std::vector<HostMemory> constants;
  std::unique_ptr<Executable> executable;  // executor's thread
  std::vector<SlotPtr> outputs;            // of run_and_read, used again; executor's thread
  int64_t number = 0;                      // for profiles
  std::vector<KernelInfo> kernels;         // guarded by snapshot_mutex_
  std::string plan;                        // guarded by snapshot_mutex_
};

namespace {

// Runs `body`; what it throws becomes a failure.
template <typename Body>
FailurePtr attempt(Body&& body) {
  try {
    body();
    return nullptr;
  } catch (const Error& error) {
    return std::make_shared<Failure>(error);
  } catch (const std::bad_alloc&) {
    return std::make_shared<Failure>(Error("OUT_OF_MEMORY", "out of memory: the host has no room; use a smaller batch or dispose tensors"));
  } catch (const std::exception& error) {
    return std::make_shared<Failure>(Error("INTERNAL", error.what()));
  }
}

// A failure that somebody else's job left in `slot` travels on as it is.
struct Poisoned {
  FailurePtr failure;
};

template <typename Body>
FailurePtr attempt_on_slots(Body&& body) {
  try {
    return attempt(std::forward<Body>(body));
  } catch (const Poisoned& poisoned) {
    return poisoned.failure;
  }
}

void report(const FailurePtr& failure, const Done& done) {
  if (failure) failure->seen = true;
  done(failure ? &failure->error : nullptr);
}

Error closed_error() { return {"DISPOSED", "device: it was closed"}; }

void collect(const std::vector<SlotPtr>& slots, std::vector<BufferPtr>& buffers) {
  buffers.clear();
  for (const SlotPtr& slot : slots) buffers.push_back(slot->buffer);
}

}  // namespace

Engine::Engine(const std::string& name, std::unique_ptr<Device> device)
    : device_(std::move(device)), memory_(device_->memory()), executor_("laminet-" + name) {}

bool Engine::submit(Executor::Job job) {
  return executor_.submit([this, job = std::move(job)] {
    job();
    const std::lock_guard lock(snapshot_mutex_);
    memory_ = device_->memory();
  });
}

SlotPtr Engine::make_slot(const Type& type) { return std::make_shared<Slot>(Slot{.type = type}); }

SlotPtr Engine::allocate(const Type& type) {
  SlotPtr slot = make_slot(type);
  submit([this, slot] {
    slots_.insert(slot);
    slot->failure = attempt([&] {
      HostMemory zeros = host_pool_.acquire(slot->type.bytes(), "a tensor " + slot->type.text());
      std::memset(zeros.data.get(), 0, zeros.bytes);
      slot->buffer = device_->import(slot->type, std::move(zeros));
    });
  });
  return slot;
}

SlotPtr Engine::import(const Type& type, HostMemory memory) {
  SlotPtr slot = make_slot(type);
  submit([this, slot, memory = std::move(memory)]() mutable {
    slots_.insert(slot);
    slot->failure = attempt([&] { slot->buffer = device_->import(slot->type, std::move(memory)); });
  });
  return slot;
}

SlotPtr Engine::stage(const Type& type, HostMemory memory) {
  return std::make_shared<Slot>(Slot{.type = type, .staged = std::move(memory), .for_one_run = true});
}

void Engine::write(SlotPtr slot, HostMemory memory) {
  submit([this, slot = std::move(slot), memory = std::move(memory)] {
    if (!slot->buffer) return;  // it was never allocated, and keeps that failure
    slot->failure = attempt([&] { device_->upload(*slot->buffer, memory.data.get(), memory.bytes); });
    if (slot->failure) note_failure(slot->failure);
  });
}

void Engine::read(SlotPtr slot, void* destination, Done done) {
  const bool queued = submit([this, slot = std::move(slot), destination, done] {
    report(attempt_on_slots([&] {
             require_intact({slot});
             download({slot}, {destination});
           }),
           done);
  });
  const Error closed = closed_error();
  if (!queued) done(&closed);
}

void Engine::release(SlotPtr slot) {
  submit([this, slot = std::move(slot)] { slots_.erase(slot); });
}

int64_t program_number(const Code& code) { return code.number; }

CodePtr Engine::add_program(Program program, std::vector<HostMemory> constants) {
  auto code = std::make_shared<Code>();
  code->program = std::move(program);
  code->constants = std::move(constants);
  code->number = ++programs_;
  submit([this, code] { codes_.insert(code); });
  return code;
}

void Engine::release(CodePtr code) {
  submit([this, code = std::move(code)] { codes_.erase(code); });
}

std::vector<SlotPtr> Engine::run(CodePtr code, Arguments arguments) {
  std::vector<SlotPtr> outputs;
  for (const int value : code->program.returns) outputs.push_back(make_slot(code->program.type(value)));
  submit([this, code = std::move(code), arguments = std::move(arguments), outputs] {
    slots_.insert(outputs.begin(), outputs.end());
    const FailurePtr failure = attempt_on_slots([&] {
      require_intact(arguments.inputs);
      require_intact(arguments.variables);
      fill_outputs(outputs);
      execute(*code, arguments, outputs);
    });
    drop_staged(arguments);
    if (!failure) return;
    for (const SlotPtr& output : outputs) output->failure = failure;
    note_failure(failure);
  });
  return outputs;
}

void Engine::run_and_read(CodePtr code, Arguments arguments, std::vector<void*> destinations, Done done) {
  const bool queued = submit([this, code = std::move(code), arguments = std::move(arguments), destinations = std::move(destinations), done] {
    const FailurePtr failure = attempt_on_slots([&] {
      require_intact(arguments.inputs);
      require_intact(arguments.variables);
      const std::vector<SlotPtr>& outputs = reused_outputs(*code);
      execute(*code, arguments, outputs);
      download(outputs, destinations);
    });
    drop_staged(arguments);
    report(failure, done);
  });
  const Error closed = closed_error();
  if (!queued) done(&closed);
}

// Buffers are there, and nothing failed that made them.
void Engine::require_intact(const std::vector<SlotPtr>& slots) {
  for (const SlotPtr& slot : slots) {
    if (slot->failure) throw Poisoned{slot->failure};
    if (slot->buffer) continue;
    const int64_t begin = recorder_ ? steady_nanoseconds() : 0;
    slot->buffer = device_->import(slot->type, std::exchange(slot->staged, {}));
    if (recorder_) recorder_->other(TimelineEvent::import, begin);
  }
}

void Engine::download(const std::vector<SlotPtr>& slots, const std::vector<void*>& destinations) {
  if (slots.empty()) return;
  const int64_t begin = recorder_ ? steady_nanoseconds() : 0;
  for (size_t i = 0; i < slots.size(); ++i) device_->download(*slots[i]->buffer, destinations[i], slots[i]->type.bytes());
  if (recorder_) recorder_->other(TimelineEvent::download, begin);
}

// Whoever still holds the slot must not be the one who destroys its buffer.
void Engine::drop_staged(const Arguments& arguments) {
  for (const SlotPtr& input : arguments.inputs) {
    if (input->for_one_run) input->buffer.reset();
  }
}

void Engine::fill_outputs(const std::vector<SlotPtr>& outputs) {
  for (const SlotPtr& output : outputs) output->buffer = device_->allocate(output->type);
}

const std::vector<SlotPtr>& Engine::reused_outputs(Code& code) {
  if (code.outputs.empty()) {
    std::vector<SlotPtr> outputs;
    for (const int value : code.program.returns) outputs.push_back(make_slot(code.program.type(value)));
    fill_outputs(outputs);
    code.outputs = std::move(outputs);
  }
  return code.outputs;
}

void Engine::execute(Code& code, const Arguments& arguments, const std::vector<SlotPtr>& outputs) {
  collect(arguments.inputs, inputs_);
  collect(arguments.variables, variables_);
  collect(outputs, outputs_);
  const FailurePtr failure = attempt([&] {
    begin_run(arguments.cancel);
    if (!code.executable) compile(code);
    const int64_t begin = recorder_ ? steady_nanoseconds() : 0;
    code.executable->run(inputs_, variables_, outputs_, arguments.cancel ? *arguments.cancel : closing_);
    if (recorder_) recorder_->run(code.number, code.executable->kernels(), begin, device_->memory().used);
  });
  end_run();
  inputs_.clear();
  variables_.clear();
  outputs_.clear();
  if (failure) throw Poisoned{failure};
}

void Engine::compile(Code& code) {
  const int64_t begin = steady_nanoseconds();
  code.executable = device_->compile(code.program, code.constants, variables_);
  const double milliseconds = static_cast<double>(steady_nanoseconds() - begin) * 1e-6;
  if (recorder_) recorder_->other(TimelineEvent::compile, begin);
  {
    const std::lock_guard lock(snapshot_mutex_);
    code.kernels = code.executable->kernels();
    code.plan = code.executable->plan();
  }
  if (log_enabled()) {
    log("compiled " + std::to_string(code.program.instructions.size()) + " instructions to " + std::to_string(code.kernels.size()) +
        " kernels in " + std::to_string(milliseconds) + " ms, " + bytes_text(code.executable->bytes()));
  }
}

void Engine::begin_run(const CancelPtr& cancel) {
  const std::lock_guard lock(running_mutex_);
  if (closing_ || (cancel && *cancel)) throw Error("ABORTED", "run: it was cancelled");
  current_ = cancel;
}

void Engine::end_run() {
  const std::lock_guard lock(running_mutex_);
  current_ = nullptr;
}

void Engine::note_failure(const FailurePtr& failure) {
  if (log_enabled()) log(failure->error.code() + ": " + failure->error.what());
  if (!unseen_ || unseen_->seen) unseen_ = failure;
}

void Engine::flush(Done done) {
  const bool queued = submit([this, done] {
    if (const FailurePtr late = attempt([&] { device_->finish(); })) note_failure(late);
    const FailurePtr failure = std::exchange(unseen_, nullptr);
    report(failure && !failure->seen ? failure : nullptr, done);
  });
  const Error closed = closed_error();
  if (!queued) done(&closed);
}

void Engine::set_profiling(bool on) {
  submit([this, on] {
    device_->set_recorder(nullptr);
    if (recorder_) {
      const std::lock_guard lock(snapshot_mutex_);
      timeline_ = recorder_->take();
    }
    recorder_ = on ? std::make_unique<TimelineRecorder>() : nullptr;
    if (recorder_) device_->set_recorder(recorder_.get());
  });
}

Timeline Engine::take_timeline() {
  const std::lock_guard lock(snapshot_mutex_);
  return std::exchange(timeline_, {});
}

MemoryInfo Engine::memory() const {
  const std::lock_guard lock(snapshot_mutex_);
  return memory_;
}

std::vector<KernelInfo> Engine::kernels(const Code& code) const {
  const std::lock_guard lock(snapshot_mutex_);
  return code.kernels;
}

std::string Engine::plan(const Code& code) const {
  const std::lock_guard lock(snapshot_mutex_);
  return code.plan;
}

void Engine::close() {
  if (closed_.exchange(true)) return;
  {
    const std::lock_guard lock(running_mutex_);
    closing_ = true;
    if (current_) *current_ = true;
  }
  // Everything of the device goes before the device, on its thread. Handles that are still out keep empty slots.
  executor_.stop([this] {
    for (const CodePtr& code : codes_) {
      code->executable.reset();
      code->outputs.clear();
    }
    for (const SlotPtr& slot : slots_) {
      slot->buffer.reset();
      slot->failure = std::make_shared<Failure>(closed_error());
    }
    codes_.clear();
    slots_.clear();
    device_.reset();
  });
}

}  // namespace laminet
