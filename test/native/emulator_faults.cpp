// Proves that the emulated device catches what a GPU would punish: every planted fault gives its error, or numbers that are visibly wrong;
// the same code without the fault gives neither. Prints what caught each fault.
#include "emulator_faults.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "check.h"
#include "emulator/counts.h"

namespace laminet::test {
namespace {

// What is written to stderr meanwhile.
class Words {
 public:
  Words() : file_(std::tmpfile()), stderr_(dup(2)) { dup2(fileno(file_), 2); }
  ~Words() { std::fclose(file_); }

  std::string get() {
    dup2(stderr_, 2);
    close(stderr_);
    std::rewind(file_);
    std::string text;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text += static_cast<char>(c);
    return text;
  }

 private:
  std::FILE* const file_;
  const int stderr_;
};

struct Outcome {
  cudaError_t error;
  bool numbers_wrong = false;
  std::string words;
  cudaError_t afterwards;
};

Outcome attempt(const Fault& fault, bool wrong) {
  laminet_emulator_reset();
  Words words;
  Outcome outcome{};
  outcome.error = fault.run(wrong, outcome.numbers_wrong);
  outcome.words = words.get();
  outcome.afterwards = cudaDeviceSynchronize();
  return outcome;
}

bool loses_context(cudaError_t error) {
  return error == cudaErrorIllegalAddress || error == cudaErrorMisalignedAddress || error == cudaErrorLaunchFailure;
}

void check_fault(const Fault& fault) {
  const Outcome right = attempt(fault, false);
  if (right.error != cudaSuccess || right.numbers_wrong || !right.words.empty()) {
    fail(fault.name, 0, "without the fault: " + std::string(cudaGetErrorName(right.error)) + " " + right.words);
  }
  const Outcome wrong = attempt(fault, true);
  const bool caught = fault.error == cudaSuccess ? wrong.numbers_wrong : wrong.words.find(fault.words) != std::string::npos;
  if (wrong.error != fault.error || !caught) {
    fail(fault.name, 0, "with the fault: " + std::string(cudaGetErrorName(wrong.error)) + " " + wrong.words);
  }
  if (loses_context(fault.error) && wrong.afterwards != fault.error) {
    fail(fault.name, 0, "a later call gives " + std::string(cudaGetErrorName(wrong.afterwards)));
  }
  const std::string error = fault.error == cudaSuccess ? "wrong results" : cudaGetErrorName(fault.error);
  std::printf("  %-52s %-35s %s\n", fault.name, error.c_str(), fault.words);
}

void load_kernels() {
  if (!dlopen(EMULATOR_FAULTS_KERNELS, RTLD_NOW | RTLD_LOCAL)) fail(__FILE__, __LINE__, dlerror());
}

}  // namespace

TEST(faults_of_kernels_are_caught) {
  load_kernels();
  for (const char* order : {"0", "7", "reversed"}) {
    setenv("EMULATOR_ORDER", order, 1);
    std::printf("EMULATOR_ORDER=%s\n", order);
    for (const Fault& fault : kernel_faults()) {
      if (!std::strcmp(order, "0") && std::strstr(fault.words, "another order")) continue;
      check_fault(fault);
    }
  }
  unsetenv("EMULATOR_ORDER");
}

TEST(faults_of_host_code_are_caught) {
  for (const Fault& fault : host_faults()) check_fault(fault);
}

}  // namespace laminet::test
