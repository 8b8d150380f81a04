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
  std::string reason;  // why not
};

// Makes a backend known that is part of this binary.
void register_backend(const std::string& name, BackendOpen open);

// Every backend known here; plugins are loaded (once) to find out whether they work. Any thread may ask.
std::vector<BackendStatus> backend_statuses();

// Throws Error DEVICE with the reason when `name` is not available.
std::unique_ptr<Device> open_device(const std::string& name, const DeviceOptions& options);

}  // namespace laminet
