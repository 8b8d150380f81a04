#include "reference/executable.h"

#include <cstring>

#include "reference/reference.h"
#include "runtime/cost.h"
#include "runtime/timeline.h"

namespace laminet::reference {
namespace {

void check_types(const char* what, std::span<const BufferPtr> buffers, const Program& program, const std::vector<int>& values) {
  if (buffers.size() != values.size()) {
    throw Error("INTERNAL", std::string("run: wrong number of ") + what + "s: received " + std::to_string(buffers.size()) +
                                "; expected " + std::to_string(values.size()));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (buffers[i]->type != program.type(values[i])) {
      throw Error("INTERNAL", std::string("run: ") + what + " " + std::to_string(i) + " has the wrong type: received " +
                                  buffers[i]->type.text() + "; expected " + program.type(values[i]).text());
    }
  }
}

void check_constants(const Program& program, const std::vector<HostMemory>& constants) {
  for (const Instruction& instruction : program.instructions) {
    if (instruction.op != "constant") continue;
    const auto index = static_cast<size_t>(instruction.number("index"));
    const size_t expected = program.type(instruction.results[0]).bytes();
    const size_t received = index < constants.size() ? constants[index].bytes : 0;
    if (received != expected) {
      throw Error("INTERNAL", instruction.place() + ": wrong size of constant " + std::to_string(index) + ": received " +
                                  std::to_string(received) + " bytes; expected " + std::to_string(expected));
    }
  }
}

double bytes_of(const Program& program, const Instruction& instruction) {
  double bytes = 0;
  for (const std::vector<int>* values : {&instruction.operands, &instruction.results})
    for (const int value : *values) bytes += static_cast<double>(program.type(value).bytes());
  return bytes;
}

}  // namespace

ReferenceExecutable::ReferenceExecutable(const Program& program, std::span<const HostMemory> constants, HostPool& pool,
                                         std::shared_ptr<MemoryCount> count, std::shared_ptr<const Settings> settings)
    : program_(program),
      constants_(constants.begin(), constants.end()),
      settings_(std::move(settings)),
      placement_(place_values(program_)),
      arena_(pool.acquire(placement_.arena_bytes, "the intermediate values of a program"), std::move(count)) {
  check_constants(program_, constants_);
  for (const int step : placement_.steps) {
    const Instruction& instruction = program_.instructions[static_cast<size_t>(step)];
    kernels_.push_back({instruction.op, "plain loops", instruction.layer, flops_of(program_, instruction), bytes_of(program_, instruction)});
  }
}

void ReferenceExecutable::check_buffers(const Buffers& buffers) const {
  check_types("input", buffers.inputs, program_, program_.inputs);
  check_types("variable", buffers.variables, program_, program_.variables);
  check_types("output", buffers.outputs, program_, program_.returns);
}

char* ReferenceExecutable::address(const Place& place, const Buffers& buffers) const {
  switch (place.kind) {
    case Place::Kind::input: return as_host(buffers.inputs[place.position]).data();
    case Place::Kind::variable: return as_host(buffers.variables[place.position]).data();
    case Place::Kind::output: return as_host(buffers.outputs[place.position]).data();
    case Place::Kind::constant: return static_cast<char*>(constants_[place.position].data.get());
    default: return arena_.data() + place.position;
  }
}

void ReferenceExecutable::run_step(const Instruction& instruction, const Buffers& buffers) {
  operands_.clear();
  results_.clear();
  const auto address_of = [&](int value) { return address(placement_.places[static_cast<size_t>(value)], buffers); };
  for (const int value : instruction.operands) operands_.push_back(address_of(value));
  for (const int value : instruction.results) results_.push_back(address_of(value));
  if (!reference::run(program_, instruction, operands_, results_)) {
    throw Error("UNSUPPORTED", instruction.place() + ": the reference backend has no kernel for this op");
  }
}

void ReferenceExecutable::run(std::span<const BufferPtr> inputs, std::span<const BufferPtr> variables,
                              std::span<const BufferPtr> outputs, const std::atomic<bool>& cancelled) {
  const Buffers buffers{inputs, variables, outputs};
  check_buffers(buffers);
  for (size_t step = 0; step < placement_.steps.size(); ++step) {
    const Instruction& instruction = program_.instructions[static_cast<size_t>(placement_.steps[step])];
    if (cancelled) throw Error("ABORTED", instruction.place() + ": the run was cancelled before this instruction");
    Recorder* recorder = settings_->recorder;
    const int64_t begin = recorder != nullptr ? steady_nanoseconds() : 0;
    run_step(instruction, buffers);
    if (recorder != nullptr) recorder->kernel(static_cast<int>(step), begin, steady_nanoseconds());
  }
  for (const Copy& copy : placement_.copies) {
    if (copy.bytes != 0) std::memcpy(address(copy.to, buffers), address(copy.from, buffers), copy.bytes);
  }
}

}  // namespace laminet::reference
