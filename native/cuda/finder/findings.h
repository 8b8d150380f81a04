// What the search for CUDA found on this machine: the driver, its devices, and the libraries that laminet_cuda13.so is linked with.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace laminet::finder {

struct LibraryFinding {
  std::string name;     // "libcudnn.so.9"
  std::string title;    // "cuDNN"
  std::string package;  // of pip; empty for what comes with the driver
  bool required = true;
  std::string path{};     // where it is; empty: not usable here
  std::string origin{};   // how that place was known: "CUDNN_PATH", "Python packages"
  std::string version{};  // "9.24.0"
  std::vector<std::string> searched{};  // folders without it
  std::vector<std::string> refused{};   // files that are there and cannot be used, each with the reason
  bool found() const { return !path.empty(); }
};

struct DriverFinding {
  LibraryFinding library{.name = "libcuda.so.1", .title = "NVIDIA driver", .package = ""};
  std::string release{};  // "580.65.06"; empty when the kernel module does not tell
  int cuda = 0;           // 13000: the newest CUDA that it supports
};

struct DeviceFinding {
  int index = 0;
  std::string name{};      // "NVIDIA H100 PCIe"
  int capability = 0;      // 90: compute capability 9.0
  size_t memory = 0;       // bytes
  std::string code{};      // ARCH_UNSUPPORTED, or empty
  std::string reason{};    // why laminet cannot use it; empty when it can
  std::string text{};      // cuDNN's description of it, JSON; empty: not asked for, or not told
};

struct Findings {
  std::string code{};    // why CUDA cannot be used, for programs: MISSING_LIBRARY, NO_DRIVER, ...; empty when it can
  std::string reason{};  // the same for people
  std::string fix{};     // the command that helps
  DriverFinding driver{};
  std::vector<DeviceFinding> devices{};
  std::vector<LibraryFinding> libraries{};
  std::string plugin{};         // path of laminet_cuda13.so; empty: not there
  std::string architectures{};  // that it was built for: "80-real,90-virtual"

  // Keeps the first problem: later ones follow from it, or would only be the next to solve.
  void problem(const std::string& new_code, const std::string& new_reason, const std::string& new_fix = {}) {
    if (!code.empty()) return;
    code = new_code;
    reason = new_reason;
    fix = new_fix;
  }
};

// As JSON text, with these names; `architectures` as a list.
std::string to_json(const Findings& findings);

}  // namespace laminet::finder
