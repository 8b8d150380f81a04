// From instructions to work on a stream: what an op's file needs to add its kernels to a program.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "context.h"
#include "memory.h"
#include "runtime/program.h"

namespace laminet::cuda {

// The addresses of tensors in a run.
class Places {
 public:
  explicit Places(void* const* memory) : memory_(memory) {}
  template <typename T = void>
  T* at(int tensor) const {
    return static_cast<T*>(memory_[tensor]);
  }

 private:
  void* const* memory_;
};

// The code of a step.
class Work {
 public:
  virtual ~Work() = default;
  // Before the first launch, and whenever addresses have changed: fills tables in device memory. Never captured.
  virtual void bind(const Places&, Context&) {}
  // Queues kernels and copies on context.stream(). May be captured into a graph: it never allocates, waits, or reads device memory.
  virtual void launch(const Places& at, Context& context) = 0;
};

template <typename Call>
std::unique_ptr<Work> work(Call call) {
  struct Lambda final : Work {
    explicit Lambda(Call call) : call(std::move(call)) {}
    void launch(const Places& at, Context& context) override { call(at, context); }
    Call call;
  };
  return std::make_unique<Lambda>(std::move(call));
}

struct Step {
  std::string name;              // "conv2d+bias+relu"
  std::string detail{};          // engine, algorithm
  std::vector<int> scratch{};    // tensors made by Lowering::scratch
};

class Lowering {
 public:
  virtual ~Lowering() = default;
  virtual const Program& program() const = 0;
  virtual Context& context() = 0;
  // The tensor that holds a value, plain and contiguous.
  virtual int tensor(int value) const = 0;
  // Memory that only the next step uses, aligned to 256 bytes.
  virtual int scratch(size_t bytes) = 0;
  // Memory that lives as long as the program, for tables.
  virtual std::shared_ptr<DeviceMemory> keep(size_t bytes) = 0;
  // The work of `instruction`: it reads the instruction's operands and writes its results. Several calls for one instruction run in turn.
  virtual void add(const Instruction& instruction, Step step, std::unique_ptr<Work> work) = 0;

  const Type& type(int value) const { return program().type(value); }
  const Shape& shape(int value) const { return program().type(value).shape; }
};

// One way to do an op: adds the work and returns true, or returns false and says in `refusal` why it cannot ("no engine supports ...").
using Candidate = bool (*)(Lowering&, const Instruction&, std::string& refusal);

// Enters a candidate for `op` when the plugin is loaded; those of lower `rank` are asked first.
struct Registration {
  Registration(const char* op, int rank, Candidate candidate);
};

}  // namespace laminet::cuda
