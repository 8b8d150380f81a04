// Choices that processes share through a file: the first one decides, damage and missing permissions only cost time.
#include "runtime/choices.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "check.h"

namespace laminet::test {
namespace {

const std::vector<std::string> kNames{"direct jit", "winograd jit"};

// A new folder in the system's temporary one, and the file in it that the choices are kept in.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("laminet-choices-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path file() const { return path_ / "kernels" / "library.txt"; }
  void write(const std::string& text) const {
    std::filesystem::create_directories(file().parent_path());
    std::ofstream(file(), std::ios::binary) << text;
  }
  std::string text() const {
    std::ostringstream text;
    text << std::ifstream(file(), std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path path_;
};

std::string found(Choices& choices, const std::string& problem) { return choices.find(problem, kNames).value_or("nothing"); }

}  // namespace

TEST(the_first_process_decides) {
  const Folder folder;
  Choices first(folder.file(), "library 1"), second(folder.file(), "library 1");
  CHECK_EQUAL(found(second, "a"), "nothing");
  CHECK_EQUAL(first.settle("a", kNames, "direct jit"), "direct jit");
  CHECK_EQUAL(second.settle("a", kNames, "winograd jit"), "direct jit");
  CHECK_EQUAL(second.settle("b", kNames, "winograd jit"), "winograd jit");
  CHECK_EQUAL(found(first, "b"), "winograd jit");
  Choices third(folder.file(), "library 1");
  CHECK_EQUAL(found(third, "a"), "direct jit");
  CHECK_EQUAL(third.text(), "laminet choices 1: library 1\na\tdirect jit\n");
  CHECK_EQUAL(folder.text(), "laminet choices 1: library 1\na\tdirect jit\nb\twinograd jit\n");
}

TEST(processes_that_settle_at_once_lose_nothing) {
  const Folder folder;
  constexpr int kProcesses = 4, kProblems = 50;
  for (int process = 0; process < kProcesses; ++process) {
    if (fork() != 0) continue;
    Choices choices(folder.file(), "library 1");
    const std::string mine = kNames[process % 2];
    for (int problem = 0; problem < kProblems; ++problem) {
      choices.settle("own " + std::to_string(process) + " " + std::to_string(problem), kNames, mine);
      choices.settle("common " + std::to_string(problem), kNames, mine);
    }
    // What this process used is what the file says, whoever was first.
    Choices file(folder.file(), "library 1");
    bool agrees = true;
    for (int problem = 0; problem < kProblems; ++problem) {
      const std::string name = "common " + std::to_string(problem);
      agrees = agrees && found(choices, name) == found(file, name);
    }
    _exit(agrees ? 0 : 1);
  }
  for (int process = 0; process < kProcesses; ++process) {
    int status = 0;
    wait(&status);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  Choices all(folder.file(), "library 1");
  int there = 0;
  for (int process = 0; process < kProcesses; ++process)
    for (int problem = 0; problem < kProblems; ++problem)
      there += found(all, "own " + std::to_string(process) + " " + std::to_string(problem)) == kNames[process % 2];
  CHECK_EQUAL(there, kProcesses * kProblems);
}

TEST(a_choice_that_the_library_does_not_offer_is_made_anew) {
  const Folder folder;
  folder.write("laminet choices 1: library 1\na\tgone\n");
  Choices choices(folder.file(), "library 1");
  CHECK_EQUAL(found(choices, "a"), "nothing");
  CHECK_EQUAL(choices.settle("a", kNames, "direct jit"), "direct jit");
  CHECK_EQUAL(folder.text(), "laminet choices 1: library 1\na\tdirect jit\n");
}

TEST(damage_costs_only_what_is_damaged) {
  const Folder folder;
  folder.write("laminet choices 1: library 1\na\tdirect jit\nno tab\n\t\nb\tdirect\tjit\nc\twinograd jit\nd\tdirect j");
  Choices choices(folder.file(), "library 1");
  CHECK_EQUAL(found(choices, "a"), "direct jit");
  CHECK_EQUAL(found(choices, "b"), "nothing");
  CHECK_EQUAL(found(choices, "c"), "winograd jit");
  CHECK_EQUAL(found(choices, "d"), "nothing");
  CHECK_EQUAL(choices.settle("d", kNames, "direct jit"), "direct jit");
  CHECK_EQUAL(folder.text(), "laminet choices 1: library 1\na\tdirect jit\nc\twinograd jit\nd\tdirect jit\n");
  folder.write(std::string("\0\xff\x01", 3));
  Choices another(folder.file(), "library 1");
  CHECK_EQUAL(found(another, "a"), "nothing");
}

TEST(a_file_about_something_else_counts_as_none) {
  const Folder folder;
  folder.write("laminet choices 1: library 2\na\tdirect jit\n");
  Choices choices(folder.file(), "library 1");
  CHECK_EQUAL(found(choices, "a"), "nothing");
}

TEST(without_a_file_a_process_remembers_for_itself) {
  for (const std::filesystem::path& path : {std::filesystem::path(), std::filesystem::path("/proc/no/such/file")}) {
    Choices choices(path, "library 1");
    CHECK_EQUAL(choices.settle("a", kNames, "winograd jit"), "winograd jit");
    CHECK_EQUAL(found(choices, "a"), "winograd jit");
  }
}

TEST(what_a_killed_process_left_is_written_over) {
  const Folder folder;
  folder.write("laminet choices 1: library 1\na\tdirect jit\n");
  std::ofstream(folder.file().native() + ".new") << "laminet choi";
  Choices choices(folder.file(), "library 1");
  choices.settle("b", kNames, "direct jit");
  CHECK_EQUAL(folder.text(), "laminet choices 1: library 1\na\tdirect jit\nb\tdirect jit\n");
  CHECK(!std::filesystem::exists(folder.file().native() + ".new"));
}

TEST(adopted_choices_go_before_all_others) {
  const Folder folder;
  Choices choices(folder.file(), "library 1");
  choices.settle("a", kNames, "direct jit");
  choices.adopt("laminet choices 1: library 1\na\twinograd jit\nb\twinograd jit\nc\tgone\n");
  CHECK_EQUAL(found(choices, "a"), "winograd jit");
  CHECK_EQUAL(found(choices, "b"), "winograd jit");
  CHECK_EQUAL(found(choices, "c"), "nothing");
  choices.adopt("laminet choices 1: library 2\na\tdirect jit\n");
  CHECK_EQUAL(found(choices, "a"), "winograd jit");
  CHECK_EQUAL(folder.text(), "laminet choices 1: library 1\na\tdirect jit\n");
}

}  // namespace laminet::test
