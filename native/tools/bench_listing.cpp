// Times a program on a backend, kernel by kernel: bench_listing (FILE | --model A|B|C|D) [--batch N] [--device cpu] [--threads N] [--steps N].
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "runtime/parse.h"
#include "runtime/registry.h"
#include "runtime/timeline.h"
#include "runtime/verify.h"
#include "training_listing.h"

namespace {

using namespace laminet;

struct Options {
  std::string file, model, device = "cpu";
  int batch = 32, threads = 0, steps = 50;
  bool print = false, plan = false;
};

Options parse_options(int count, char** words) {
  Options options;
  for (int index = 1; index < count; ++index) {
    const std::string word = words[index];
    const auto next = [&] { return index + 1 < count ? std::string(words[++index]) : std::string(); };
    if (word == "--model") options.model = next();
    else if (word == "--batch") options.batch = std::stoi(next());
    else if (word == "--device") options.device = next();
    else if (word == "--threads") options.threads = std::stoi(next());
    else if (word == "--steps") options.steps = std::stoi(next());
    else if (word == "--print") options.print = true;
    else if (word == "--plan") options.plan = true;
    else options.file = word;
  }
  return options;
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Anything that keeps a training alive: small numbers, labels 0 or 1.
BufferPtr filled(Device& device, const Type& type, double deviation, double value) {
  const BufferPtr buffer = device.allocate(type);
  std::vector<char> bytes(type.bytes());
  uint32_t state = 12345;
  for (int64_t element = 0; element < element_count(type.shape); ++element) {
    state = state * 1664525u + 1013904223u;
    const double uniform = static_cast<double>(state >> 8) / 8388608.0 - 1.0;
    if (type.dtype == DType::f32) reinterpret_cast<float*>(bytes.data())[element] = static_cast<float>(value + 1.7 * deviation * uniform);
    if (type.dtype == DType::i32) reinterpret_cast<int32_t*>(bytes.data())[element] = static_cast<int32_t>(deviation != 0 ? state >> 31 : value);
  }
  device.upload(*buffer, bytes.data(), bytes.size());
  return buffer;
}

// The fastest time of each kernel: on a shared machine the mean tells more about the neighbours.
std::vector<double> fastest_kernels(const Timeline& timeline, size_t kernels) {
  std::vector<double> seconds(kernels, 1e9);
  for (const TimelineEvent& event : timeline.events)
    if (event.kernel >= 0) seconds[event.kernel] = std::min(seconds[event.kernel], static_cast<double>(event.end - event.begin) * 1e-9);
  return seconds;
}

void print_kernels(const Executable& executable, const std::vector<double>& seconds) {
  const std::vector<KernelInfo> kernels = executable.kernels();
  double total = 0;
  for (double each : seconds) total += each;
  for (size_t index = 0; index < kernels.size(); ++index)
    std::printf("%-44.44s %-24.24s %9.1f us %5.1f %%  %s\n", kernels[index].name.c_str(), kernels[index].layer.c_str(), seconds[index] * 1e6,
                100 * seconds[index] / total, kernels[index].detail.c_str());
  std::printf("sum of the fastest kernels %.2f ms\n", total * 1e3);
}

int run(const Options& options) {
  std::string listing;
  std::vector<tools::VariableStart> starts;
  if (!options.model.empty()) {
    const auto net = tools::model_listing(options.model, options.batch);
    listing = net->training();
    starts = net->variables();
  } else {
    std::stringstream text;
    text << std::ifstream(options.file).rdbuf();
    listing = text.str();
  }
  if (options.print) std::cout << listing;
  const Program program = parse(listing);
  verify(program);
  const std::unique_ptr<Device> device = open_device(options.device, {.threads = options.threads});
  std::vector<BufferPtr> inputs, variables, outputs;
  for (int value : program.inputs) inputs.push_back(filled(*device, program.types[value], 1, 0));
  for (size_t index = 0; index < program.variables.size(); ++index) {
    const tools::VariableStart start = index < starts.size() ? starts[index] : tools::VariableStart{.deviation = 0.05};
    variables.push_back(filled(*device, program.types[program.variables[index]], start.deviation, start.value));
  }
  for (int value : program.returns) outputs.push_back(device->allocate(program.types[value]));
  const double start = now();
  const std::unique_ptr<Executable> executable = device->compile(program, {}, variables);
  const double compiled = now();
  const std::atomic<bool> cancelled{false};
  for (int step = 0; step < 5; ++step) executable->run(inputs, variables, outputs, cancelled);
  std::vector<double> times;
  for (int step = 0; step < options.steps; ++step) {
    const double begin = now();
    executable->run(inputs, variables, outputs, cancelled);
    times.push_back(now() - begin);
  }
  std::sort(times.begin(), times.end());
  TimelineRecorder recorder;
  device->set_recorder(&recorder);
  for (int step = 0; step < options.steps; ++step) {
    const int64_t begin = steady_nanoseconds();
    executable->run(inputs, variables, outputs, cancelled);
    recorder.run(0, executable->kernels(), begin, 0);
  }
  device->set_recorder(nullptr);
  if (options.plan) std::cout << executable->plan();
  print_kernels(*executable, fastest_kernels(recorder.take(), executable->kernels().size()));
  float loss = 0;
  if (!outputs.empty() && outputs[0]->type.bytes() == sizeof loss) device->download(*outputs[0], &loss, sizeof loss);
  std::printf("%s: compiled in %.0f ms; step best %.2f ms, median %.2f ms (%.0f images/s at batch %d); memory %.1f MB; result %g\n",
              device->description().c_str(), (compiled - start) * 1e3, times.front() * 1e3, times[times.size() / 2] * 1e3,
              options.batch / times[times.size() / 2], options.batch, static_cast<double>(device->memory().peak) / 1e6, loss);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(parse_options(count, words));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
