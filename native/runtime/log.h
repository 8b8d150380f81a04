// LAMINET_LOG=1: what the native side decides, on standard error.
#pragma once

#include <string>

namespace laminet {

// True when the environment asks for the log. Ask before composing a costly message.
bool log_enabled();
// One line, when the log is on.
void log(const std::string& message);

}  // namespace laminet
