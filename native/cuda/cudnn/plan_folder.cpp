#include "plan_folder.h"

#include <cudnn.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <fstream>
#include <sstream>

#include "runtime/choices.h"
#include "runtime/log.h"

namespace laminet::cuda::cudnn {

namespace {

// FNV-1a, 64 bits (G. Fowler, L. Noll, P. Vo): file names. The file says which problem it is about, so that two with one hash do no harm.
std::string hash_of(const std::string& text) {
  uint64_t hash = 14695981039346656037u;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211u;
  std::ostringstream digits;
  digits << std::hex << hash;
  return digits.str();
}

// Problems have no quotes and no backslashes.
std::string opening(const std::string& problem) { return "{\"problem\": \"" + problem + "\",\n\"plan\": "; }
constexpr char kClosing[] = "}\n";

std::string version_text(size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." + std::to_string(version % 100);
}

}  // namespace

std::filesystem::path PlanFolder::file(const std::string& problem) const { return path_ / (hash_of(problem) + ".json"); }

std::optional<std::string> PlanFolder::read(const std::string& problem) const {
  if (path_.empty()) return std::nullopt;
  std::ifstream stream(file(problem), std::ios::binary);
  if (!stream) return std::nullopt;
  std::stringstream contents;
  contents << stream.rdbuf();
  const std::string text = contents.str(), before = opening(problem), after = kClosing;
  if (text.size() < before.size() + after.size() || text.compare(0, before.size(), before) != 0 ||
      text.compare(text.size() - after.size(), after.size(), after) != 0) {
    reject(problem, "it is damaged");
    return std::nullopt;
  }
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

void PlanFolder::write(const std::string& problem, const std::string& plan) const {
  if (path_.empty()) return;
  static std::atomic<int> count{0};
  const std::filesystem::path target = file(problem);
  const std::filesystem::path temporary = target.native() + "." + std::to_string(getpid()) + "." + std::to_string(count++) + ".new";
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
  stream << opening(problem) << plan << kClosing;
  stream.close();
  if (stream.good()) std::filesystem::rename(temporary, target, error);
  if (stream.good() && !error) return;
  log("cudnn: " + target.string() + " cannot be written: the plan is not kept");
  std::filesystem::remove(temporary, error);
}

void PlanFolder::reject(const std::string& problem, const std::string& reason) const {
  log("cudnn: " + file(problem).string() + " is not used: " + reason);
}

std::filesystem::path plan_folder_path(const std::string& device) {
  const std::filesystem::path home = home_folder();
  if (home.empty()) return {};
  std::string name;
  for (const char letter : device) name += std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '-';
  return home / "cudnn" / version_text(cudnnGetVersion()) / name;
}

}  // namespace laminet::cuda::cudnn
