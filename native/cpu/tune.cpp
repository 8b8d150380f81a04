#include "tune.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <mutex>
#include <numeric>
#include <sstream>

#include "lowering.h"
#include "primitive.h"
#include "runtime/log.h"

namespace laminet::cpu {

namespace {

constexpr int kWantedRuns = 6;
constexpr double kMostSeconds = 0.05;  // for one choice
constexpr double kHopeless = 1.5;      // times the best
constexpr double kClearlyFaster = 0.9;

// Times that a thread of this process was taken off its core.
long interruptions() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::mutex timing_mutex;  // two measurements at once would disturb each other

}  // namespace

Choices& kept_choices() {
  // Never destroyed: a device's thread may outlive the exit handlers.
  static auto* choices = [] {
    const dnnl_version_t* version = dnnl_version();
    std::ostringstream number, isa;
    number << version->major << "." << version->minor << "." << version->patch;
    isa << "0x" << std::hex << static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    const std::filesystem::path home = home_folder();
    const std::filesystem::path file = home.empty() ? home : home / "kernels" / ("onednn-" + number.str() + "-" + isa.str() + ".txt");
    return new Choices(file, "oneDNN " + number.str() + ", instruction set " + isa.str());
  }();
  return *choices;
}

Trial::Trial(std::unique_ptr<Work> work, const std::vector<size_t>& bytes, double share) : work_(std::move(work)), share_(share) {
  const auto account = std::make_shared<Account>();
  for (const size_t size : bytes) {
    blocks_.emplace_back(account, size, "timing");
    std::memset(blocks_.back().data(), 0, size);
    memory_.push_back(blocks_.back().data());
  }
}

void Trial::run() {
  const long before = interruptions();
  const double start = now();
  work_->run(memory_.data());
  const double seconds = now() - start;
  fastest_ = std::min(fastest_, seconds);
  if (interruptions() != before) return;
  fastest_clean_ = std::min(fastest_clean_, seconds);
  ++clean_runs_;
}

void add_primitive_trial(Trials& trials, Library& library, const dnnl::primitive& primitive, const dnnl::primitive_desc_base& desc,
                         TimedArguments arguments) {
  if (desc.scratchpad_desc().get_size() > 0) arguments.emplace_back(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc());
  std::vector<Argument> bound;
  std::vector<size_t> bytes;
  for (const auto& [slot, layout] : arguments) {
    bound.push_back({slot, static_cast<int>(bytes.size()), layout});
    bytes.push_back(layout.get_size());
  }
  trials.emplace_back(std::make_unique<PrimitiveWork>(library, primitive, bound), bytes);
}

void add_reorder_trial(Trials& trials, Library& library, const MemoryDesc& from, const MemoryDesc& to) {
  if (from == to) return;
  const dnnl::primitive_attr attribute = attributes();
  const dnnl::reorder::primitive_desc desc(library.engine, from, library.engine, to, attribute);
  add_primitive_trial(trials, library, dnnl::reorder(desc), desc, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

namespace {

double seconds_of(const Trials& trials) {
  return std::accumulate(trials.begin(), trials.end(), 0.0, [](double sum, const Trial& trial) { return sum + trial.fastest(); });
}

bool measured(const Trials& trials) {
  return std::all_of(trials.begin(), trials.end(), [](const Trial& trial) { return trial.clean_runs() >= kWantedRuns; });
}

// Seconds of each option. The first round warms up: memory is mapped, code is loaded. After the third one only those run on that still
// may win, unless `thorough`.
std::vector<double> measure(std::vector<Trials>& options, bool thorough) {
  const double start = now();
  std::vector<Trials*> running;
  for (Trials& trials : options) running.push_back(&trials);
  for (int round = 0; now() - start < kMostSeconds || round < 3; ++round) {
    for (Trials* trials : running)
      for (Trial& trial : *trials) trial.run();
    if (round < 2 || thorough) continue;
    double best = std::numeric_limits<double>::infinity();
    for (const Trials* trials : running) best = std::min(best, seconds_of(*trials));
    std::erase_if(running, [&](const Trials* trials) { return seconds_of(*trials) > best * kHopeless; });
    if (running.size() == 1 || std::all_of(running.begin(), running.end(), [](const Trials* trials) { return measured(*trials); })) break;
  }
  std::vector<double> seconds;
  for (const Trials& trials : options) seconds.push_back(seconds_of(trials));
  return seconds;
}

// The fastest option; an earlier one where they are about as fast.
size_t winner(const std::vector<double>& seconds) {
  size_t best = 0;
  for (size_t option = 1; option < seconds.size(); ++option)
    if (seconds[option] < seconds[best] * kClearlyFaster) best = option;
  return best;
}

}  // namespace

std::string fastest(const std::string& key, const std::vector<std::string>& names,
                    const std::function<Trials(size_t)>& make) {
  if (names.size() == 1) return names.front();
  const std::lock_guard lock(timing_mutex);
  if (const auto known = kept_choices().find(key, names)) return *known;
  std::vector<Trials> options;
  for (size_t option = 0; option < names.size(); ++option) options.push_back(make(option));
  std::vector<double> seconds = measure(options, false);
  // The first one is expected to win. That it does not may be the mood of a moment: neighbours that fill the caches, say.
  if (winner(seconds) != 0) seconds = measure(options, true);
  const size_t best = winner(seconds);
  std::string report;
  for (size_t option = 0; option < names.size(); ++option)
    report += (option == 0 ? "" : ", ") + names[option] + " " + std::to_string(seconds[option] * 1e3) + " ms";
  const std::string chosen = kept_choices().settle(key, names, names[best]);
  if (log_enabled()) log("cpu: " + key + ": " + report + "; chose " + chosen + (chosen == names[best] ? "" : ", as another process did"));
  return chosen;
}

bool acceptable(const char* implementation, const std::vector<MemoryDesc>& descs) {
  if (std::strstr(implementation, "ref") != nullptr) return false;
  return std::all_of(descs.begin(), descs.end(), [](const MemoryDesc& desc) { return blocking_of(desc).blocked; });
}

}  // namespace laminet::cpu
