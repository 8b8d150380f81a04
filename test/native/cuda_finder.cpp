// The search for CUDA: which GPUs a build serves, which folders are looked into and in which order, and the report as JSON. What it says on
// machines that lack something is tested through `laminet doctor` (test/cli).
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "check.h"
#include "cuda/finder/driver.h"
#include "cuda/finder/findings.h"
#include "cuda/finder/library.h"
#include "cuda/finder/places.h"

namespace fs = std::filesystem;
using namespace laminet::finder;

namespace {

fs::path folder_for(const char* test) {
  const fs::path folder = fs::temp_directory_path() / ("laminet-finder-" + std::to_string(getpid())) / test;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return fs::canonical(folder);
}

void clear_environment() {
  for (const char* name :
       {"LAMINET_CUDA_PATH", "CUDNN_PATH", "CUDNN_HOME", "CUDA_PATH", "CUDA_HOME", "VIRTUAL_ENV", "CONDA_PREFIX", "HOME"}) {
    unsetenv(name);
  }
}

int position(const std::vector<Place>& all, const std::string& folder) {
  for (size_t index = 0; index < all.size(); ++index) {
    if (all[index].folder == folder) return static_cast<int>(index);
  }
  return -1;
}

}  // namespace

TEST(machine_code_serves_its_major_version_and_portable_code_what_is_newer) {
  CHECK(runs_on("80-real,90-virtual", 80));
  CHECK(runs_on("80-real,90-virtual", 89));
  CHECK(runs_on("80-real,90-virtual", 90));
  CHECK(runs_on("80-real,90-virtual", 120));
  CHECK(!runs_on("80-real,90-virtual", 75));
  CHECK(!runs_on("86-real", 80));
  CHECK(!runs_on("80-real", 90));
  CHECK(runs_on("80", 121));  // both
  CHECK(!runs_on("", 80));
}

TEST(versions_are_written_as_nvidia_writes_them) {
  CHECK_EQUAL(cuda_version(13000), "13.0");
  CHECK_EQUAL(cuda_version(12040), "12.4");
}

TEST(variables_come_before_packages_and_these_before_the_system) {
  clear_environment();
  const fs::path root = folder_for("order");
  fs::create_directories(root / "venv/lib/python3.12/site-packages");
  setenv("LAMINET_CUDA_PATH", (root / "first").string().append("::").append((root / "second").string()).c_str(), 1);
  setenv("CUDNN_PATH", (root / "cudnn").c_str(), 1);
  setenv("VIRTUAL_ENV", (root / "venv").c_str(), 1);
  const std::vector<Place> all = places(root / "build/native/Release");
  const int first = position(all, root / "first"), second = position(all, root / "second");
  const int cudnn = position(all, root / "cudnn/lib"), setup = position(all, root / "build/cuda/site/nvidia/cudnn/lib");
  const int python = position(all, root / "venv/lib/python3.12/site-packages/nvidia/cu13/lib"), loader = position(all, "");
  CHECK_EQUAL(first, 0);
  CHECK(first < second && second < cudnn && cudnn < setup && setup < python && python < loader);
  CHECK_EQUAL(all[static_cast<size_t>(cudnn)].origin, "CUDNN_PATH");
  clear_environment();
}

TEST(a_folder_with_two_names_is_one_place) {
  clear_environment();
  const fs::path root = folder_for("links");
  fs::create_directories(root / "lib");
  fs::create_directory_symlink("lib", root / "lib64");
  setenv("CUDA_PATH", root.c_str(), 1);
  const std::vector<Place> all = places(root / "elsewhere");
  CHECK(position(all, root / "lib") >= 0);
  CHECK_EQUAL(position(all, root / "lib64"), -1);
  clear_environment();
}

TEST(a_library_that_is_missing_tells_the_folders_that_are_there) {
  const fs::path root = folder_for("missing");
  LibraryFinding finding{.name = "libnowhere.so.7", .title = "nothing", .package = ""};
  const auto accept = [](void*, LibraryFinding&) { return std::string(); };
  const std::vector<Place> all{{root.string(), "here"}, {(root / "no").string(), "there"}, {"", "the system's loader"}};
  CHECK(load_library(finding, all, accept) == nullptr);
  CHECK(!finding.found());
  CHECK_EQUAL(finding.searched, (std::vector<std::string>{root.string(), "the system's loader"}));
  CHECK(finding.refused.empty());
}

TEST(the_report_is_json_whatever_stands_in_it) {
  Findings findings{.architectures = "80-real,90-virtual"};
  findings.problem("INIT_FAILED", "a \"quoted\" \\ line\nand another", "");
  findings.problem("NO_DEVICE", "a later problem", "");
  const std::string json = to_json(findings);
  CHECK(json.find("{\"code\":\"INIT_FAILED\",\"reason\":\"a \\\"quoted\\\" \\\\ line\\u000aand another\"") == 0);
  CHECK(json.find("\"architectures\":[\"80-real\",\"90-virtual\"]}") != std::string::npos);
}
