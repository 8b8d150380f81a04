#include <cstdio>
#include <sstream>

#include "findings.h"

namespace laminet::finder {

namespace {

std::string json(const std::string& text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      out += std::string("\\") + letter;
    } else if (static_cast<unsigned char>(letter) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(letter));
      out += code;
    } else {
      out += letter;
    }
  }
  return out + "\"";
}

std::string json(bool value) { return value ? "true" : "false"; }

template <typename Items, typename Print>
std::string json_list(const Items& items, const Print& print) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ",") + print(item);
  return "[" + out + "]";
}

std::string json(const std::vector<std::string>& items) {
  return json_list(items, [](const std::string& item) { return json(item); });
}

std::string json(const LibraryFinding& library) {
  return "{\"name\":" + json(library.name) + ",\"title\":" + json(library.title) + ",\"required\":" + json(library.required) +
         ",\"path\":" + json(library.path) + ",\"origin\":" + json(library.origin) + ",\"version\":" + json(library.version) +
         ",\"searched\":" + json(library.searched) + ",\"refused\":" + json(library.refused) + "}";
}

std::string json(const DriverFinding& driver) {
  return "{\"library\":" + json(driver.library) + ",\"release\":" + json(driver.release) + ",\"cuda\":" + std::to_string(driver.cuda) + "}";
}

std::string json(const DeviceFinding& device) {
  return "{\"index\":" + std::to_string(device.index) + ",\"name\":" + json(device.name) +
         ",\"capability\":" + std::to_string(device.capability) + ",\"memory\":" + std::to_string(device.memory) +
         ",\"code\":" + json(device.code) + ",\"reason\":" + json(device.reason) + ",\"text\":" + json(device.text) + "}";
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::stringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

}  // namespace

std::string to_json(const Findings& findings) {
  return "{\"code\":" + json(findings.code) + ",\"reason\":" + json(findings.reason) + ",\"fix\":" + json(findings.fix) +
         ",\"driver\":" + json(findings.driver) +
         ",\"devices\":" + json_list(findings.devices, [](const DeviceFinding& device) { return json(device); }) +
         ",\"libraries\":" + json_list(findings.libraries, [](const LibraryFinding& library) { return json(library); }) +
         ",\"plugin\":" + json(findings.plugin) + ",\"architectures\":" + json(split(findings.architectures)) + "}";
}

}  // namespace laminet::finder
