// Runs a dumped program (LAMINET_DUMP=program) without Node: for debuggers, sanitizers and profilers, and to compare two backends.
//
//   run_listing FILE [--backend NAME] [--runs N] [--threads N] [--kernels]
//
// Inputs, variables and constants are filled by a fixed rule, so the checksums it prints are the same on every machine whose
// arithmetic is the same.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "runtime/float16.h"
#include "runtime/host_memory.h"
#include "runtime/parse.h"
#include "runtime/registry.h"
#include "runtime/timeline.h"
#include "runtime/verify.h"

using namespace laminet;

namespace {

struct Options {
  std::string file;
  std::string backend = "reference";
  int runs = 1;
  int threads = 0;
  bool kernels = false;
};

Options parse_options(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto value = [&] { return i + 1 < count ? std::string(words[++i]) : std::string(); };
    if (word == "--backend") {
      options.backend = value();
    } else if (word == "--runs") {
      options.runs = std::atoi(value().c_str());
    } else if (word == "--threads") {
      options.threads = std::atoi(value().c_str());
    } else if (word == "--kernels") {
      options.kernels = true;
    } else {
      options.file = word;
    }
  }
  if (options.file.empty() || options.runs < 1) {
    throw Error("INTERNAL", "usage: run_listing FILE [--backend NAME] [--runs N] [--threads N] [--kernels]");
  }
  return options;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error("INTERNAL", path + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A linear congruential generator; floats in [-1, 1), integers in [0, 10), as every machine computes them.
class Filler {
 public:
  explicit Filler(uint32_t seed) : state_(seed * 2654435761u + 1) {}

  void fill(const Type& type, void* data) {
    const int64_t count = element_count(type.shape);
    for (int64_t i = 0; i < count; ++i) {
      const uint32_t bits = next();
      const double unit = static_cast<double>(bits >> 8) / (1 << 24);
      switch (type.dtype) {
        case DType::f32:
          static_cast<float*>(data)[i] = static_cast<float>(2 * unit - 1);
          break;
        case DType::f64:
          static_cast<double*>(data)[i] = 2 * unit - 1;
          break;
        case DType::i32:
          static_cast<int32_t*>(data)[i] = static_cast<int32_t>(10 * unit);
          break;
        case DType::u8:
          static_cast<uint8_t*>(data)[i] = static_cast<uint8_t>(10 * unit);
          break;
        case DType::boolean:
          static_cast<uint8_t*>(data)[i] = unit < 0.5 ? 0 : 1;
          break;
        case DType::bf16:
          static_cast<bfloat16*>(data)[i] = bfloat16(2 * unit - 1);
          break;
        case DType::f16:
          static_cast<float16*>(data)[i] = float16(2 * unit - 1);
          break;
      }
    }
  }

 private:
  uint32_t next() { return state_ = state_ * 1664525u + 1013904223u; }
  uint32_t state_;
};

HostMemory filled(HostPool& pool, const Type& type, int value) {
  HostMemory memory = pool.acquire(type.bytes(), "a tensor " + type.text());
  Filler(static_cast<uint32_t>(value)).fill(type, memory.data.get());
  return memory;
}

std::vector<HostMemory> constants_of(HostPool& pool, const Program& program) {
  std::vector<HostMemory> constants;
  for (const Instruction& instruction : program.instructions) {
    if (instruction.op != "constant") continue;
    const auto index = static_cast<size_t>(instruction.number("index"));
    if (index >= constants.size()) constants.resize(index + 1);
    constants[index] = filled(pool, program.type(instruction.results.front()), instruction.results.front());
  }
  return constants;
}

std::vector<BufferPtr> buffers_of(Device& device, HostPool& pool, const Program& program, const std::vector<int>& values) {
  std::vector<BufferPtr> buffers;
  for (const int value : values) buffers.push_back(device.import(program.type(value), filled(pool, program.type(value), value)));
  return buffers;
}

double element(const Type& type, const void* data, int64_t index) {
  switch (type.dtype) {
    case DType::f32:
      return static_cast<const float*>(data)[index];
    case DType::f64:
      return static_cast<const double*>(data)[index];
    case DType::i32:
      return static_cast<const int32_t*>(data)[index];
    case DType::bf16:
      return static_cast<const bfloat16*>(data)[index];
    case DType::f16:
      return static_cast<const float16*>(data)[index];
    default:
      return static_cast<const uint8_t*>(data)[index];
  }
}

// Sum and sum of sizes for people, a hash (FNV-1a) of the bytes for equality.
void print_checksum(Device& device, HostPool& pool, const char* what, size_t index, const Buffer& buffer) {
  const HostMemory memory = pool.acquire(buffer.type.bytes(), "a result");
  device.download(buffer, memory.data.get(), memory.bytes);
  double sum = 0, sizes = 0;
  for (int64_t i = 0; i < element_count(buffer.type.shape); ++i) {
    const double value = element(buffer.type, memory.data.get(), i);
    sum += value;
    sizes += value < 0 ? -value : value;
  }
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < memory.bytes; ++i) hash = (hash ^ static_cast<const uint8_t*>(memory.data.get())[i]) * 1099511628211u;
  std::printf("%s %zu %s sum %.9g sizes %.9g hash %016llx\n", what, index, buffer.type.text().c_str(), sum, sizes,
              static_cast<unsigned long long>(hash));
}

void print_kernels(const Timeline& timeline, const std::vector<KernelInfo>& kernels) {
  std::map<int, int64_t> nanoseconds;
  for (const TimelineEvent& event : timeline.events) nanoseconds[event.kernel] += event.end - event.begin;
  for (size_t index = 0; index < kernels.size(); ++index)
    std::printf("%10.3f ms  %s  %s  %s\n", static_cast<double>(nanoseconds[static_cast<int>(index)]) * 1e-6, kernels[index].name.c_str(),
                kernels[index].layer.c_str(), kernels[index].detail.c_str());
  for (const std::string& note : timeline.notes) std::printf("%s\n", note.c_str());
}

void run(const Options& options) {
  const Program program = parse(contents(options.file));
  verify(program);
  const std::unique_ptr<Device> device = open_device(options.backend, {.threads = options.threads});
  std::printf("device %s: %s\n", options.backend.c_str(), device->description().c_str());
  HostPool pool;
  const std::vector<HostMemory> constants = constants_of(pool, program);
  const std::vector<BufferPtr> inputs = buffers_of(*device, pool, program, program.inputs);
  const std::vector<BufferPtr> variables = buffers_of(*device, pool, program, program.variables);
  std::vector<BufferPtr> outputs;
  for (const int value : program.returns) outputs.push_back(device->allocate(program.type(value)));

  const std::unique_ptr<Executable> executable = device->compile(program, constants, variables);
  TimelineRecorder recorder;
  if (options.kernels) device->set_recorder(&recorder);
  const std::atomic<bool> cancelled{false};
  for (int repeat = 0; repeat < options.runs; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    const int64_t begin = steady_nanoseconds();
    executable->run(inputs, variables, outputs, cancelled);
    recorder.run(0, executable->kernels(), begin, 0);
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    std::printf("run %d: %.3f ms\n", repeat, elapsed.count());
  }
  for (size_t i = 0; i < outputs.size(); ++i) print_checksum(*device, pool, "output", i, *outputs[i]);
  for (size_t i = 0; i < variables.size(); ++i) print_checksum(*device, pool, "variable", i, *variables[i]);
  if (!options.kernels) return;
  device->set_recorder(nullptr);
  print_kernels(recorder.take(), executable->kernels());
}

}  // namespace

int main(int count, char** words) {
  try {
    run(parse_options(count, words));
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "run_listing: %s: %s\n", error.code().c_str(), error.what());
    return 1;
  }
}
