// The plugin contract (DESIGN "seam two"): Backend -> Device -> Executable. Everything here runs on the device's own executor
// thread, except Backend and the constructor of a Device, which run on the thread that opens it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "program.h"

namespace laminet {

// Host memory handed to a device: the owner keeps it alive (and takes it back into its pool when the last user is gone).
struct HostMemory {
  std::shared_ptr<void> data;
  size_t bytes = 0;
};

// A tensor on a device. Its contents are private to the backend (a CPU convolution kernel may live in a blocked layout);
// only upload, download and Executable::run look inside. Destroyed on the executor thread.
class Buffer {
 public:
  explicit Buffer(Type type) : type(std::move(type)) {}
  virtual ~Buffer() = default;
  const Type type;
};
using BufferPtr = std::shared_ptr<Buffer>;

struct MemoryInfo {
  size_t used = 0;   // bytes held by buffers and executables
  size_t peak = 0;   // highest `used` so far
  size_t total = 0;  // of the device; 0 when unknown
};

// One kernel of a compiled program, for logs and profiles.
struct KernelInfo {
  std::string name;      // "conv2d+bias+relu"
  std::string detail;    // library implementation, layouts, refusals
  std::string layer;     // may be empty
  double flops = 0;      // multiplications and additions of one run (cost.h)
  double bytes = 0;      // read and written by one run
  bool operator==(const KernelInfo&) const = default;
};

// What a GPU did by its own account: a kernel of CUDA's, a copy, a fill. Several may do the work of one kernel of a program.
struct DeviceActivity {
  std::string name;    // "void cutlass::Kernel2<...>", "copy to the device"
  int64_t run = 0;     // Recorder::begin_run's number
  int kernel = -1;     // of that run's program; -1: of none
  int64_t begin = 0, end = 0;
  int64_t bytes = 0;   // copied or filled
  int stream = 0;      // what has one number happens in turn
};

// Receives the times of what runs, in nanoseconds of the steady clock, on the executor's thread.
class Recorder {
 public:
  virtual ~Recorder() = default;
  // A kernel of the run that is being made.
  virtual void kernel(int index, int64_t begin, int64_t end) = 0;
  // For devices that learn the times later: a run begins, whose activities will come under this number.
  virtual int64_t begin_run() = 0;
  // In the order of their beginnings.
  virtual void activity(const DeviceActivity& activity) = 0;
  // For people: how times are taken, what is missing.
  virtual void note(const std::string& text) = 0;
};

// A program compiled for a device. `run` never allocates in a steady state, never branches on shapes, never waits.
class Executable {
 public:
  virtual ~Executable() = default;
  // Reads inputs and variables, writes variables (the updates) and outputs. `outputs` were made by Device::allocate with the types of
  // program.returns. Throws Error; after a throw, variables hold either their old or their new values, never a mixture inside one
  // variable. `cancelled` is looked at between kernels until the first variable changes (throws ABORTED).
  virtual void run(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables, std::span<const BufferPtr> outputs,
                   const std::atomic<bool>& cancelled) = 0;
  virtual size_t bytes() const = 0;                     // arena and scratch
  virtual std::vector<KernelInfo> kernels() const = 0;  // in the order of execution
  virtual std::string plan() const = 0;                 // readable memory plan
};

class Device {
 public:
  virtual ~Device() = default;
  virtual std::string description() const = 0;  // "oneDNN 2.6.3, 2 threads, AVX-512"
  // Uninitialised contents. Throws OUT_OF_MEMORY, saying what was asked and what is free.
  virtual BufferPtr allocate(const Type& type) = 0;
  // A buffer with these contents (plain, channels last). A CPU device keeps the memory instead of copying it.
  virtual BufferPtr import(const Type& type, HostMemory memory) = 0;
  // Overwrites / copies out the whole contents in plain order; `bytes` equals buffer.type.bytes().
  virtual void upload(Buffer& buffer, const void* source, size_t bytes) = 0;
  virtual void download(const Buffer& buffer, void* destination, size_t bytes) = 0;
  // `constants[i]` are the plain contents of `constant {index=i}`. `variables` are the buffers of the first run: the backend may choose
  // (and change) their inner layouts here, and notices at run time when another program changed them.
  virtual std::unique_ptr<Executable> compile(const Program& program, std::span<const HostMemory> constants,
                                              std::span<const BufferPtr> variables) = 0;
  // Waits until everything that was asked for has happened; throws what went wrong meanwhile. A device whose calls wait has nothing to do.
  virtual void finish() {}
  virtual MemoryInfo memory() const = 0;
  // Where runs report their kernels' times; null: nowhere. The recorder before has received everything when the call returns.
  virtual void set_recorder(Recorder* recorder) = 0;
  // What was chosen by timing in this process, as text (runtime/choices.h); `adopt` takes over such a text of another process, for what is
  // compiled from now on. Any thread. A device that chooses nothing so keeps the empty text.
  virtual std::string choices() const { return {}; }
  virtual void adopt_choices(const std::string&) {}
};

struct DeviceOptions {
  int threads = 0;              // of a CPU; 0: the backend's default
  int index = 0;                // which GPU
  bool tensor_float32 = true;   // a GPU may round float32 operands of convolutions and matrix products to TF32
  bool deterministic = false;   // only algorithms whose results do not depend on the order of threads
  bool autotune = false;        // times the algorithms of each convolution before the first step
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;  // "cpu", "cuda", "reference"
  virtual std::unique_ptr<Device> open(const DeviceOptions& options) = 0;
};

inline constexpr int kBackendAbi = 5;

// The symbol of a plugin, `laminet_backend_open`. Returns null and sets *why_not when the backend cannot work here.
// The backend lives until the process ends (it is never destroyed, so that exit handlers cannot meet a dead device).
using BackendOpen = Backend* (*)(int abi, std::string* why_not);

// A second symbol that a plugin may have, `laminet_backend_report`: JSON text about what it found on this machine, asked after
// laminet_backend_open. `everything`: it also looks for what an earlier problem made needless. Valid until the next call.
using BackendReport = const char* (*)(int everything);

}  // namespace laminet
