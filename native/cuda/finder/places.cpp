#include "places.h"

#include <algorithm>
#include <cstdlib>

namespace laminet::finder {

namespace fs = std::filesystem;

namespace {

#if defined(__aarch64__)
constexpr const char* kTarget = "targets/sbsa-linux/lib";
constexpr const char* kSystem = "/usr/lib/aarch64-linux-gnu";
#else
constexpr const char* kTarget = "targets/x86_64-linux/lib";
constexpr const char* kSystem = "/usr/lib/x86_64-linux-gnu";
#endif

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

// Folders `parent/prefix*`, the highest name first: the newest version.
std::vector<fs::path> children(const fs::path& parent, const std::string& prefix) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().rfind(prefix, 0) == 0) found.push_back(entry->path());
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

class Places {
 public:
  void add(const fs::path& folder, const std::string& origin) {
    // The same folder may be known by several names (/usr/local/cuda is a link).
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    const std::string text = error ? folder.lexically_normal().string() : real.string();
    const auto same = [&](const Place& place) { return place.folder == text; };
    if (std::none_of(all_.begin(), all_.end(), same)) all_.push_back({text, origin});
  }

  void add_loader() { all_.push_back({"", "the system's loader"}); }

  // An installation of the CUDA toolkit or of cuDNN.
  void add_prefix(const fs::path& prefix, const std::string& origin) {
    for (const char* folder : {"lib64", "lib", kTarget, "extras/CUPTI/lib64"}) add(prefix / folder, origin);
  }

  // LAMINET_CUDA_PATH: folders, separated by colons, of libraries or of installations.
  void add_list(const std::string& list, const std::string& origin) {
    for (size_t begin = 0; begin < list.size();) {
      const size_t end = std::min(list.find(':', begin), list.size());
      if (end > begin) {
        const fs::path folder = list.substr(begin, end - begin);
        add(folder, origin);
        add_prefix(folder, origin);
      }
      begin = end + 1;
    }
  }

  // NVIDIA's packages of pip: one folder a library, or (CUDA 13) one for all but cuDNN.
  void add_packages(const fs::path& site, const std::string& origin) {
    for (const char* name : {"cudnn", "cu13", "cuda_runtime", "cublas", "cuda_nvrtc"}) add(site / "nvidia" / name / "lib", origin);
  }

  // Every Python below a prefix, without running one.
  void add_pythons(const fs::path& prefix, const std::string& origin) {
    for (const char* folder : {"lib", "lib64"}) {
      for (const fs::path& python : children(prefix / folder, "python3")) {
        for (const char* site : {"site-packages", "dist-packages"}) add_existing(python / site, origin);
      }
    }
  }

  std::vector<Place> take() { return std::move(all_); }

 private:
  void add_existing(const fs::path& site, const std::string& origin) {
    std::error_code ignored;
    if (fs::exists(site, ignored)) add_packages(site, origin);
  }

  std::vector<Place> all_;
};

}  // namespace

std::vector<Place> places(const fs::path& plugin_folder) {
  Places found;
  found.add_list(variable("LAMINET_CUDA_PATH"), "LAMINET_CUDA_PATH");
  for (const char* name : {"CUDNN_PATH", "CUDNN_HOME", "CUDA_PATH", "CUDA_HOME"}) {
    if (const std::string value = variable(name); !value.empty()) found.add_prefix(value, name);
  }
  found.add_packages(plugin_folder / "../../cuda/site", "npm run setup:cuda");
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const std::string value = variable(name); !value.empty()) found.add_pythons(value, name);
  }
  if (const std::string conda = variable("CONDA_PREFIX"); !conda.empty()) found.add_prefix(conda, "CONDA_PREFIX");
  if (const std::string home = variable("HOME"); !home.empty()) found.add_pythons(fs::path(home) / ".local", "the user's Python packages");
  for (const char* prefix : {"/usr/local", "/usr", "/opt/conda"}) found.add_pythons(prefix, "Python packages");
  found.add_loader();
  found.add_prefix("/usr/local/cuda", "the CUDA toolkit");
  for (const fs::path& toolkit : children("/usr/local", "cuda-13")) found.add_prefix(toolkit, "the CUDA toolkit");
  for (const char* folder : {kSystem, "/usr/lib64", "/usr/lib/wsl/lib"}) found.add(folder, "the system");
  return found.take();
}

}  // namespace laminet::finder
