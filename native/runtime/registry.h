// The backends that a process can use: built in, or plugins `laminet_<name>.so` that lie beside this binary.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend.h"

namespace laminet {

struct BackendStatus {
  std::string name;
  bool available = false;
  std::string reason;  // why not, for people
  std::string code;    // why not, for programs: PLUGIN_NOT_BUILT, INIT_FAILED; the plugin's report may know better
  std::string report;  // what the plugin found on this machine, as JSON; empty when it gives none
};

// Makes a backend known that is part of this binary.
void register_backend(const std::string& name, BackendOpen open);

// Every backend known here; plugins are loaded (once) to find out whether they work. Any thread may ask.
std::vector<BackendStatus> backend_statuses();

// The report of a plugin, with what it did not look for after the first problem; empty when it gives none.
std::string complete_report(const std::string& name);

// Throws Error DEVICE with the reason when `name` is not available.
std::unique_ptr<Device> open_device(const std::string& name, const DeviceOptions& options);

}  // namespace laminet
