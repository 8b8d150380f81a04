// laminet_cuda.so: finds CUDA, then hands over to laminet_cuda13.so, which is linked with it. Nothing of CUDA is needed to load this part, which
// can therefore always say what is missing.
#include <dlfcn.h>

#include <mutex>

#include "finder.h"
#include "runtime/backend.h"
#include "runtime/visibility.h"

namespace laminet::finder {

namespace {

std::filesystem::path own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&own_folder), &info) == 0 || info.dli_fname == nullptr) return ".";
  std::error_code ignored;
  return std::filesystem::absolute(info.dli_fname, ignored).parent_path();
}

Backend* open_plugin(Findings& findings, int abi) {
  if (findings.plugin.empty()) {
    findings.problem("PLUGIN_NOT_BUILT", "laminet_cuda13.so is not beside laminet_cuda.so", "npm run build:native");
    return nullptr;
  }
  void* library = dlopen(findings.plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    // "libcudart.so.13: cannot open shared object file: ..." names the library that is missing.
    const std::string error = dlerror();
    const bool missing = error.find("cannot open shared object file") != std::string::npos;
    findings.problem(missing ? "MISSING_LIBRARY" : "INIT_FAILED", error);
    return nullptr;
  }
  const auto open = reinterpret_cast<BackendOpen>(dlsym(library, "laminet_cuda_open"));
  if (open == nullptr) {
    findings.problem("INIT_FAILED", findings.plugin + " has no laminet_cuda_open; build it again", "npm run build:native");
    return nullptr;
  }
  std::string why_not;
  Backend* backend = open(abi, &why_not);
  if (backend == nullptr) findings.problem("INIT_FAILED", why_not);
  return backend;
}

// What cuDNN says about each device, through laminet_cuda13.so.
void ask_for_texts(Findings& findings) {
  void* library = dlopen(findings.plugin.c_str(), RTLD_NOW | RTLD_NOLOAD);
  const auto text_of = reinterpret_cast<const char* (*)(int)>(library == nullptr ? nullptr : dlsym(library, "laminet_cuda_device_text"));
  if (text_of == nullptr) return;
  for (DeviceFinding& device : findings.devices) device.text = text_of(device.index);
}

// "no NVIDIA driver: ...; install ..."
std::string sentence(const Findings& findings) {
  if (findings.fix.empty()) return findings.reason;
  const bool command = findings.fix.rfind("npm ", 0) == 0 || findings.fix.rfind("pip ", 0) == 0;
  return findings.reason + "; " + (command ? "run `" + findings.fix + "`" : findings.fix);
}

// Lives until the process ends: exit handlers may still ask.
struct State {
  std::mutex mutex;
  Findings findings;
  std::string report;
};

State& state() {
  static auto* instance = new State;
  return *instance;
}

}  // namespace

}  // namespace laminet::finder

extern "C" LAMINET_PUBLIC laminet::Backend* laminet_backend_open(int abi, std::string* why_not) {
  using namespace laminet::finder;
  const std::lock_guard lock(state().mutex);
  Findings& findings = state().findings;
  findings = find(own_folder(), LAMINET_CUDA_ARCHITECTURES);
  laminet::Backend* backend = findings.code.empty() ? open_plugin(findings, abi) : nullptr;
  if (backend == nullptr) *why_not = sentence(findings);
  return backend;
}

// What laminet_backend_open found, as JSON; `everything`: with what it did not come to after the first problem. Valid until the next call.
extern "C" LAMINET_PUBLIC const char* laminet_backend_report(int everything) {
  using namespace laminet::finder;
  const std::lock_guard lock(state().mutex);
  if (everything != 0) {
    complete(state().findings, own_folder());
    if (state().findings.code.empty()) ask_for_texts(state().findings);
  }
  state().report = to_json(state().findings);
  return state().report.c_str();
}
