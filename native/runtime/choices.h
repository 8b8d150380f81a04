// Choices that cost time to make and decide about the last bits of a result (which implementation of a convolution is the fastest): made once
// for a machine, kept in a text file that its processes share.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace laminet {

// LAMINET_HOME, by default .cache/laminet in the home folder; empty when neither is known.
std::filesystem::path home_folder();

// Problems and what was chosen for each. The first process that settles a problem decides for all that follow, so that two processes agree
// whenever they can both read the file and one of them can write it. Without a file (no folder, no permission) a process remembers for itself.
// Any thread may call.
class Choices {
 public:
  // `path`: the file, empty for none. `subject`: what the choices are about ("oneDNN 2.6.3, instruction set 0x1ef"), part of the file's first
  // line. A file about something else counts as none, damaged lines are skipped.
  Choices(std::filesystem::path path, std::string subject);

  // What was chosen for `problem`: by this process, else by the file. Only one of `names` counts.
  std::optional<std::string> find(const std::string& problem, const std::vector<std::string>& names);
  // Chooses `name`, unless another process was faster: then its choice. The caller uses what is returned.
  std::string settle(const std::string& problem, const std::vector<std::string>& names, const std::string& name);

  // The choices that this process has used, as the text of a file.
  std::string text() const;
  // Takes over the choices of such a text; they go before those of this process and of the file. A text about another subject is left alone.
  void adopt(const std::string& text);

 private:
  using Table = std::map<std::string, std::string>;

  Table parse(const std::string& text) const;
  std::string print(const Table& table) const;
  void read_file();
  void write_file();

  const std::filesystem::path path_;
  const std::string subject_;
  mutable std::mutex mutex_;
  Table used_, shared_;
  std::string seen_;  // which state of the file `shared_` holds
};

}  // namespace laminet
