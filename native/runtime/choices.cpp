#include "choices.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "log.h"

namespace laminet {

namespace {

constexpr char kTitle[] = "laminet choices 1: ";
constexpr size_t kMostBytes = 16 << 20;

// Held while the file is read and written anew; the system lets go of it when the process dies.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path) : file_(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666)) {
    if (file_ >= 0) flock(file_, LOCK_EX);  // where a file system has no locks, the last writer wins
  }
  ~FileLock() {
    if (file_ >= 0) close(file_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  bool there() const { return file_ >= 0; }

 private:
  int file_;
};

std::filesystem::path with_ending(const std::filesystem::path& path, const char* ending) { return path.native() + ending; }

// Changes whenever another process puts a new file in place; empty without a file.
std::string state_of(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || status.st_size > static_cast<off_t>(kMostBytes)) return {};
  return std::to_string(status.st_ino) + " " + std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) + " " +
         std::to_string(status.st_mtim.tv_nsec);
}

bool one_of(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::filesystem::path home_folder() {
  if (const char* chosen = std::getenv("LAMINET_HOME"); chosen != nullptr && *chosen != '\0') return chosen;
  if (const char* user = std::getenv("HOME"); user != nullptr && *user != '\0') return std::filesystem::path(user) / ".cache" / "laminet";
  return {};
}

Choices::Choices(std::filesystem::path path, std::string subject) : path_(std::move(path)), subject_(std::move(subject)) {}

std::optional<std::string> Choices::find(const std::string& problem, const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  if (const auto found = used_.find(problem); found != used_.end() && one_of(found->second, names)) return found->second;
  read_file();
  const auto found = shared_.find(problem);
  if (found == shared_.end() || !one_of(found->second, names)) return std::nullopt;
  return used_[problem] = found->second;
}

std::string Choices::settle(const std::string& problem, const std::vector<std::string>& names, const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::create_directories(path_.parent_path(), ignored);
  const FileLock file_lock(path_.empty() ? path_ : with_ending(path_, ".lock"));
  read_file();
  const auto theirs = shared_.find(problem);
  if (theirs != shared_.end() && one_of(theirs->second, names)) return used_[problem] = theirs->second;
  used_[problem] = shared_[problem] = name;
  if (file_lock.there()) {
    write_file();
  } else {
    log("choices: not kept: " + (path_.empty() ? "neither LAMINET_HOME nor HOME is set" : path_.string() + " cannot be written"));
  }
  return name;
}

std::string Choices::text() const {
  const std::lock_guard lock(mutex_);
  return print(used_);
}

void Choices::adopt(const std::string& text) {
  const std::lock_guard lock(mutex_);
  for (auto& [problem, name] : parse(text)) used_[problem] = name;
}

// Lines `problem<tab>name` below the title; others are damage.
Choices::Table Choices::parse(const std::string& text) const {
  Table table;
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != kTitle + subject_) return table;
  while (std::getline(lines, line)) {
    const size_t tab = line.find('\t');
    const bool whole = !lines.eof() && tab != std::string::npos && line.find('\t', tab + 1) == std::string::npos;
    if (whole && tab > 0 && tab + 1 < line.size()) table.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return table;
}

std::string Choices::print(const Table& table) const {
  std::string text = kTitle + subject_ + "\n";
  for (const auto& [problem, name] : table) text += problem + "\t" + name + "\n";
  return text;
}

void Choices::read_file() {
  if (path_.empty()) return;
  const std::string state = state_of(path_);
  if (state == seen_) return;
  seen_ = state;
  shared_.clear();
  if (state.empty()) return;
  std::ifstream file(path_, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  shared_ = parse(text.str());
}

// A reader finds the old file or the new one. The temporary file has one name, under the lock: what a killed process leaves is overwritten.
void Choices::write_file() {
  const std::filesystem::path temporary = with_ending(path_, ".new");
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << print(shared_);
  file.close();
  std::error_code error;
  if (file.good()) std::filesystem::rename(temporary, path_, error);
  if (!file.good() || error) log("choices: " + path_.string() + " cannot be written");
  seen_ = state_of(path_);
}

}  // namespace laminet
