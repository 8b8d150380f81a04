// Failures of the emulated libraries on request, to test what callers do then.
#pragma once

#include <cstdlib>
#include <map>
#include <mutex>
#include <sstream>
#include <string>

namespace laminet::emulator {

// The environment variable holds "<function>:<which call of it, from 1>:<status>"; calls are counted from the moment it gets its value.
// Returns the status when this call of `function` shall fail, else an empty text.
inline std::string asked_fault(const char* variable, const char* function) {
  struct Wish {
    std::string text;
    int calls = 0;
  };
  static std::mutex mutex;
  static std::map<std::string, Wish> wishes;
  const std::lock_guard lock(mutex);
  const char* text = std::getenv(variable);
  Wish& wish = wishes[variable];
  if (text == nullptr || wish.text != text) wish = {.text = text == nullptr ? "" : text};
  if (wish.text.empty()) return "";
  std::istringstream parts(wish.text);
  std::string name, which, status;
  std::getline(parts, name, ':');
  std::getline(parts, which, ':');
  std::getline(parts, status);
  return name == function && ++wish.calls == std::atoi(which.c_str()) ? status : "";
}

}  // namespace laminet::emulator
