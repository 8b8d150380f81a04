#include "registry.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "log.h"

namespace laminet {

namespace {

struct Entry {
  std::string name;
  BackendOpen open = nullptr;  // built in; plugins are loaded instead
  bool tried = false;
  Backend* backend = nullptr;  // lives until the process ends
  std::string reason{};
  std::string code{};
  BackendReport report = nullptr;
};

// Leaked on purpose: exit handlers and other threads must never meet destroyed backends.
struct Registry {
  std::mutex mutex;
  std::vector<Entry> entries{{.name = "cuda"}, {.name = "cpu"}};
};

Registry& registry() {
  static auto* instance = new Registry;
  return *instance;
}

// The folder of the binary (addon or program) that this code is linked into.
std::filesystem::path own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&registry), &info) == 0 || info.dli_fname == nullptr) return ".";
  std::error_code ignored;
  const std::filesystem::path path = std::filesystem::canonical(info.dli_fname, ignored);
  return path.empty() ? std::filesystem::path(".") : path.parent_path();
}

// The build leaves the reason beside the addon when it skips a plugin.
std::string why_not_built(const std::filesystem::path& plugin) {
  std::string reason;
  std::ifstream file(std::filesystem::path(plugin).replace_extension(".skipped"));
  std::getline(file, reason);
  return plugin.filename().string() + " is not part of this build" + (reason.empty() ? "" : ": " + reason);
}

// Null, with the reason and its code in the entry, when there is no such plugin or the system cannot load it.
BackendOpen load_plugin(Entry& entry) {
  const std::filesystem::path path = own_folder() / ("laminet_" + entry.name + ".so");
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    entry.reason = why_not_built(path);
    entry.code = "PLUGIN_NOT_BUILT";
    return nullptr;
  }
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed
  if (library == nullptr) {
    entry.reason = dlerror();
    return nullptr;
  }
  entry.report = reinterpret_cast<BackendReport>(dlsym(library, "laminet_backend_report"));
  auto open = reinterpret_cast<BackendOpen>(dlsym(library, "laminet_backend_open"));
  if (open == nullptr) entry.reason = path.string() + " has no laminet_backend_open";
  return open;
}

void try_to_open(Entry& entry) {
  if (entry.tried) return;
  entry.tried = true;
  const BackendOpen open = entry.open != nullptr ? entry.open : load_plugin(entry);
  if (open != nullptr) {
    try {
      entry.backend = open(kBackendAbi, &entry.reason);
    } catch (const std::exception& error) {
      entry.reason = error.what();
    }
  }
  if (entry.backend == nullptr && entry.code.empty()) entry.code = "INIT_FAILED";
  log("backend " + entry.name + ": " + (entry.backend != nullptr ? "available" : entry.reason));
}

}  // namespace

void register_backend(const std::string& name, BackendOpen open) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  const auto found = std::find_if(known.entries.begin(), known.entries.end(), [&](const Entry& entry) { return entry.name == name; });
  if (found == known.entries.end()) known.entries.push_back({.name = name, .open = open});
}

std::vector<BackendStatus> backend_statuses() {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  std::vector<BackendStatus> statuses;
  for (Entry& entry : known.entries) {
    try_to_open(entry);
    const char* report = entry.report == nullptr ? "" : entry.report(0);
    statuses.push_back({entry.name, entry.backend != nullptr, entry.reason, entry.code, report});
  }
  return statuses;
}

std::string complete_report(const std::string& name) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  for (Entry& entry : known.entries) {
    if (entry.name != name) continue;
    try_to_open(entry);
    if (entry.report != nullptr) return entry.report(1);
  }
  return {};
}

std::unique_ptr<Device> open_device(const std::string& name, const DeviceOptions& options) {
  std::string reason = "no such backend";
  Backend* backend = nullptr;
  {
    Registry& known = registry();
    const std::lock_guard lock(known.mutex);
    for (Entry& entry : known.entries) {
      if (entry.name != name) continue;
      try_to_open(entry);
      backend = entry.backend;
      reason = entry.reason;
    }
  }
  if (backend == nullptr) throw Error("DEVICE", "device '" + name + "' is not available: " + reason);
  return backend->open(options);
}

}  // namespace laminet
