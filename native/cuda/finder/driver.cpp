#include "driver.h"

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "library.h"

namespace laminet::finder {

namespace {

// Of the CUDA driver API: CUresult, CUdevice_attribute.
constexpr int kNoDevice = 100;          // CUDA_ERROR_NO_DEVICE
constexpr int kStubLibrary = 34;        // CUDA_ERROR_STUB_LIBRARY
constexpr int kDriverMismatch = 803;    // CUDA_ERROR_SYSTEM_DRIVER_MISMATCH
constexpr int kCapabilityMajor = 75;
constexpr int kCapabilityMinor = 76;

constexpr int kOldestDriver = 13000;  // laminet_cuda13.so

constexpr const char* kInstallDriver = "install NVIDIA's driver 580 or newer (on Ubuntu: `sudo ubuntu-drivers install`)";

// "580.65.06", as the kernel module tells it.
std::string driver_release() {
  std::ifstream file("/proc/driver/nvidia/version");
  std::stringstream text;
  text << file.rdbuf();
  std::smatch match;
  const std::string all = text.str();
  return std::regex_search(all, match, std::regex("Kernel Module[^\\n]*?\\s(\\d+\\.\\d+(\\.\\d+)?)\\s")) ? match[1].str() : std::string();
}

std::string named(const DriverFinding& driver) {
  return (driver.release.empty() ? std::string("the NVIDIA driver") : "the NVIDIA driver " + driver.release) + " (" + driver.library.path +
         ")";
}

std::string error_text(void* library, int status) {
  const char* text = nullptr;
  auto* describe = function_of<int(int, const char**)>(library, "cuGetErrorString");
  if (describe != nullptr && describe(status, &text) == 0 && text != nullptr) return text;
  return "error " + std::to_string(status);
}

void note_missing(Findings& findings) {
  const LibraryFinding& library = findings.driver.library;
  std::string reason = "no NVIDIA driver: libcuda.so.1 was not found";
  if (!library.refused.empty()) reason = "no usable NVIDIA driver: " + library.refused.front();
  findings.problem("NO_DRIVER", reason, kInstallDriver);
}

void note_failure(Findings& findings, void* library, int status) {
  const std::string driver = named(findings.driver);
  if (status == kNoDevice) {
    const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
    findings.problem("NO_DEVICE", driver + " knows no GPU" +
                                      (visible == nullptr ? "" : " (CUDA_VISIBLE_DEVICES=" + std::string(visible) + ")"));
  } else if (status == kStubLibrary) {
    findings.problem("NO_DRIVER", findings.driver.library.path + " is the CUDA toolkit's stub, not a driver", kInstallDriver);
  } else if (status == kDriverMismatch) {
    findings.problem("INIT_FAILED", driver + " does not fit the loaded kernel module", "restart the machine");
  } else {
    findings.problem("INIT_FAILED", driver + " does not start: cuInit: " + error_text(library, status));
  }
}

DeviceFinding describe(void* library, int index) {
  DeviceFinding device{.index = index, .name = "GPU " + std::to_string(index)};
  auto* get = function_of<int(int*, int)>(library, "cuDeviceGet");
  auto* name = function_of<int(char*, int, int)>(library, "cuDeviceGetName");
  auto* memory = function_of<int(size_t*, int)>(library, "cuDeviceTotalMem_v2");
  auto* attribute = function_of<int(int*, int, int)>(library, "cuDeviceGetAttribute");
  int handle = index;
  if (get != nullptr) get(&handle, index);
  char text[256] = "";
  if (name != nullptr && name(text, sizeof text, handle) == 0) device.name = text;
  if (memory != nullptr) memory(&device.memory, handle);
  int major = 0;
  int minor = 0;
  if (attribute != nullptr && attribute(&major, kCapabilityMajor, handle) == 0 && attribute(&minor, kCapabilityMinor, handle) == 0) {
    device.capability = 10 * major + minor;
  }
  return device;
}

void list_devices(Findings& findings, void* library) {
  int count = 0;
  auto* counter = function_of<int(int*)>(library, "cuDeviceGetCount");
  const int status = counter == nullptr ? kNoDevice : counter(&count);
  if (status != 0 || count == 0) return note_failure(findings, library, status == 0 ? kNoDevice : status);
  bool usable = false;
  for (int index = 0; index < count; ++index) {
    DeviceFinding device = describe(library, index);
    if (runs_on(findings.architectures, device.capability)) {
      usable = true;
    } else {
      device.code = "ARCH_UNSUPPORTED";
      device.reason = device.name + " has compute capability " + std::to_string(device.capability / 10) + "." +
                      std::to_string(device.capability % 10) + "; this build runs on " + findings.architectures;
    }
    findings.devices.push_back(device);
  }
  if (!usable) {
    findings.problem("ARCH_UNSUPPORTED", findings.devices.front().reason,
                     "build for it: `LAMINET_CUDA_ARCHS=" + std::to_string(findings.devices.front().capability) + " npm run build:native`");
  }
}

}  // namespace

std::string cuda_version(int version) { return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10); }

bool runs_on(const std::string& architectures, int capability) {
  std::stringstream list(architectures);
  for (std::string entry; std::getline(list, entry, ',');) {
    const int built = std::atoi(entry.c_str());
    const bool machine_code = entry.find("-virtual") == std::string::npos;
    const bool portable_code = entry.find("-real") == std::string::npos;
    // Machine code runs on its own major version from its minor version on; portable code (PTX) on everything newer.
    if (machine_code && built / 10 == capability / 10 && built <= capability) return true;
    if (portable_code && built <= capability) return true;
  }
  return false;
}

void look_for_devices(Findings& findings, const std::vector<Place>& places) {
  DriverFinding& driver = findings.driver;
  driver.release = driver_release();
  void* library = load_library(driver.library, places, [](void* opened, LibraryFinding&) -> std::string {
    return symbol_of(opened, "cuInit") == nullptr ? "has no cuInit" : "";
  });
  if (library == nullptr) return note_missing(findings);
  driver.library.version = driver.release;
  auto* version = function_of<int(int*)>(library, "cuDriverGetVersion");
  if (version != nullptr) version(&driver.cuda);
  if (driver.cuda < kOldestDriver) {
    return findings.problem("DRIVER_TOO_OLD",
                            named(driver) + " is too old: it supports CUDA " + cuda_version(driver.cuda) +
                                "; CUDA 13 needs driver 580 or newer",
                            kInstallDriver);
  }
  auto* initialize = function_of<int(unsigned)>(library, "cuInit");
  if (const int status = initialize(0); status != 0) return note_failure(findings, library, status);
  list_devices(findings, library);
}

}  // namespace laminet::finder
