// Plans on disk: what was chosen by timing is there for later programs and processes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace laminet::cuda::cudnn {

// A file for every problem: {"problem": "...", "plan": {...}}. A file that cannot be read, is damaged or is about another problem counts as
// none.
class PlanFolder {
 public:
  // An empty `path`: nothing is kept.
  explicit PlanFolder(std::filesystem::path path) : path_(std::move(path)) {}

  // The text of the plan.
  std::optional<std::string> read(const std::string& problem) const;
  // A reader finds the old file or the new one, whole.
  void write(const std::string& problem, const std::string& plan) const;
  // Says in the log why the file of a problem was of no use.
  void reject(const std::string& problem, const std::string& reason) const;

  std::filesystem::path file(const std::string& problem) const;

 private:
  const std::filesystem::path path_;
};

// LAMINET_HOME/cudnn/<version of cuDNN>/<device>; empty without a home.
std::filesystem::path plan_folder_path(const std::string& device);

}  // namespace laminet::cuda::cudnn
