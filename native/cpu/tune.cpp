#include "tune.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>

#include "memory.h"
#include "runtime/log.h"

namespace laminet::cpu {

namespace {

constexpr int kLeastRuns = 3, kMostRuns = 8;
constexpr double kEnoughSeconds = 0.008;  // stop repeating then
constexpr double kClearlyFaster = 0.97;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::mutex memory_mutex;
std::map<std::string, std::string>& remembered() {
  static std::map<std::string, std::string> table;
  return table;
}

}  // namespace

double time_primitive(Library& library, const dnnl::primitive& primitive, const dnnl::primitive_desc_base& desc, TimedArguments arguments) {
  const auto account = std::make_shared<Account>();
  if (desc.scratchpad_desc().get_size() > 0) arguments.emplace_back(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc());
  std::vector<Block> blocks;
  std::unordered_map<int, dnnl::memory> memory;
  for (const auto& [slot, layout] : arguments) {
    blocks.emplace_back(account, layout.get_size(), "timing");
    std::memset(blocks.back().data(), 0, layout.get_size());
    memory.emplace(slot, dnnl::memory(layout, library.engine, blocks.back().data()));
  }
  primitive.execute(library.stream, memory);
  double best = 1e9, total = 0;
  for (int run = 0; run < kMostRuns && (run < kLeastRuns || total < kEnoughSeconds); ++run) {
    const double start = now();
    primitive.execute(library.stream, memory);
    library.stream.wait();
    const double seconds = now() - start;
    best = std::min(best, seconds);
    total += seconds;
  }
  return best;
}

double time_reorder(Library& library, const MemoryDesc& from, const MemoryDesc& to) {
  if (from == to) return 0;
  const dnnl::primitive_attr attribute = attributes();
  const dnnl::reorder::primitive_desc desc(library.engine, from, library.engine, to, attribute);
  return time_primitive(library, dnnl::reorder(desc), desc, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

std::string fastest(Library& library, const std::string& key, const std::vector<std::string>& names,
                    const std::function<double(size_t)>& seconds) {
  if (names.size() == 1) return names.front();
  const std::string place = key + " threads=" + std::to_string(library.threads);
  const std::lock_guard lock(memory_mutex);
  if (const auto found = remembered().find(place); found != remembered().end()) return found->second;
  size_t best = 0;
  double best_seconds = 0;
  std::string report;
  for (size_t option = 0; option < names.size(); ++option) {
    const double taken = seconds(option);
    report += (option == 0 ? "" : ", ") + names[option] + " " + std::to_string(taken * 1e3) + " ms";
    if (option > 0 && taken > best_seconds * kClearlyFaster) continue;
    best = option;
    best_seconds = taken;
  }
  if (log_enabled()) log("cpu: " + place + ": " + report + "; chose " + names[best]);
  return remembered()[place] = names[best];
}

bool acceptable(const char* implementation, const std::vector<MemoryDesc>& descs) {
  if (std::strstr(implementation, "ref") != nullptr) return false;
  return std::all_of(descs.begin(), descs.end(), [](const MemoryDesc& desc) { return blocking_of(desc).blocked; });
}

}  // namespace laminet::cpu
