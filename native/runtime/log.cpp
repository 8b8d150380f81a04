#include "log.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace laminet {

bool log_enabled() {
  static const bool enabled = [] {
    const char* value = std::getenv("LAMINET_LOG");
    return value != nullptr && *value != '\0' && std::strcmp(value, "0") != 0;
  }();
  return enabled;
}

void log(const std::string& message) {
  if (!log_enabled()) return;
  const std::string line = "laminet: " + message + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);  // one write, so that lines of several threads do not mix
}

}  // namespace laminet
