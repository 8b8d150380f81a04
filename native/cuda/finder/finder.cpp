#include "finder.h"

#include <algorithm>

#include "driver.h"
#include "library.h"

namespace laminet::finder {

namespace {

constexpr size_t kOldestCudnn = 91100;

std::string cudnn_text(size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version % 10000 / 100) + "." + std::to_string(version % 100);
}

// cuDNN for CUDA 12 and for CUDA 13 have the same name.
std::string judge_cudnn(void* library, LibraryFinding& finding) {
  auto* version = function_of<size_t()>(library, "cudnnGetVersion");
  if (version == nullptr) return "has no cudnnGetVersion";
  finding.version = cudnn_text(version());
  if (version() < kOldestCudnn) return "cuDNN " + finding.version + " is older than " + cudnn_text(kOldestCudnn);
  auto* runtime = function_of<size_t()>(library, "cudnnGetCudartVersion");
  if (runtime != nullptr && runtime() / 1000 != 13) {
    return "cuDNN " + finding.version + " is for CUDA " + std::to_string(runtime() / 1000) + ", not 13";
  }
  return {};
}

std::string judge_cudart(void* library, LibraryFinding& finding) {
  auto* version = function_of<int(int*)>(library, "cudaRuntimeGetVersion");
  int number = 0;
  if (version != nullptr && version(&number) == 0) finding.version = cuda_version(number);
  return {};
}

// Update 1 of CUDA 13.0 mended a crash in cuptiActivityFlushAll and a deadlock in cuptiActivityDisable.
constexpr uint32_t kOldestCupti = 130001;

std::string cupti_text(uint32_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." + std::to_string(version % 100);
}

std::string judge_cupti(void* library, LibraryFinding& finding) {
  auto* version = function_of<int(uint32_t*)>(library, "cuptiGetVersion");
  uint32_t number = 0;
  if (version == nullptr || version(&number) != 0) return "has no cuptiGetVersion";
  finding.version = cupti_text(number);
  if (number < kOldestCupti) return "CUPTI " + finding.version + " is older than " + cupti_text(kOldestCupti);
  return {};
}

Verdict verdict_for(const std::string& library) {
  if (library == "libcudnn.so.9") return judge_cudnn;
  if (library == "libcudart.so.13") return judge_cudart;
  if (library == "libcupti.so.13") return judge_cupti;
  return [](void*, LibraryFinding&) { return std::string(); };
}

std::vector<LibraryFinding> needed_libraries() {
  return {{.name = "libcudart.so.13", .title = "CUDA runtime", .package = "nvidia-cuda-runtime"},
          {.name = "libnvrtc.so.13", .title = "NVRTC", .package = "nvidia-cuda-nvrtc", .required = false},
          {.name = "libcublasLt.so.13", .title = "cuBLASLt", .package = "nvidia-cublas"},
          {.name = "libcudnn.so.9", .title = "cuDNN", .package = "nvidia-cudnn-cu13"},
          {.name = "libcupti.so.13", .title = "CUPTI", .package = "nvidia-cuda-cupti", .required = false}};
}

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string named(const LibraryFinding& library) { return library.name + " (" + library.title + ")"; }

// "libcublasLt.so.13 (cuBLASLt) and libcudnn.so.9 (cuDNN) not found (searched /usr/local/cuda/lib, the system's loader)"
std::string sentence_about(const std::vector<LibraryFinding>& missing) {
  std::vector<std::string> absent, sentences;
  std::string searched;  // the same for all that are absent
  for (const LibraryFinding& library : missing) {
    if (library.refused.empty()) {
      absent.push_back(named(library));
      searched = joined(library.searched, ", ");
    } else {
      sentences.push_back("no usable " + named(library) + ": " + joined(library.refused, "; "));
    }
  }
  if (!absent.empty()) sentences.insert(sentences.begin(), joined(absent, " and ") + " not found (searched " + searched + ")");
  return joined(sentences, "; ");
}

std::string fix_for(const std::vector<LibraryFinding>& libraries, bool checkout) {
  if (checkout) return "npm run setup:cuda";
  std::string packages, upgrade;
  for (const LibraryFinding& library : libraries) {
    if (library.found()) continue;
    packages += " " + library.package;
    if (!library.refused.empty()) upgrade = " --upgrade";
  }
  return "pip install" + upgrade + packages;
}

// One problem for all libraries together: one command brings them.
void note_missing(Findings& findings, bool checkout) {
  std::vector<LibraryFinding> missing;
  for (const LibraryFinding& library : findings.libraries) {
    if (library.required && !library.found()) missing.push_back(library);
  }
  if (missing.empty()) return;
  const bool old_cudnn = missing.size() == 1 && missing.front().title == "cuDNN" && !missing.front().refused.empty();
  findings.problem(old_cudnn ? "CUDNN_VERSION" : "MISSING_LIBRARY",
                   sentence_about(missing) + "; the driver supports CUDA " + cuda_version(findings.driver.cuda),
                   fix_for(findings.libraries, checkout));
}

// In the order in which they need each other.
void look_for_libraries(Findings& findings, const std::vector<Place>& places) {
  for (LibraryFinding& library : findings.libraries) {
    const bool looked_for = library.found() || !library.searched.empty() || !library.refused.empty();
    if (looked_for) continue;
    load_library(library, places, verdict_for(library.name));
  }
}

}  // namespace

Findings find(const std::filesystem::path& plugin_folder, const std::string& architectures) {
  Findings findings{.libraries = needed_libraries(), .architectures = architectures};
  std::error_code ignored;
  if (const auto plugin = plugin_folder / "laminet_cuda13.so"; std::filesystem::exists(plugin, ignored)) findings.plugin = plugin.string();
  const std::vector<Place> all = places(plugin_folder);
  look_for_devices(findings, all);
  if (!findings.code.empty()) return findings;
  look_for_libraries(findings, all);
  // The package on npm has no sources of the TypeScript part.
  note_missing(findings, std::filesystem::exists(plugin_folder / "../../../lib/index.ts", ignored));
  return findings;
}

void complete(Findings& findings, const std::filesystem::path& plugin_folder) { look_for_libraries(findings, places(plugin_folder)); }

}  // namespace laminet::finder
