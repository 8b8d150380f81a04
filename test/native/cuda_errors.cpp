// What goes wrong on a GPU: the error says what, the process lives, and what can go on does. The emulated device fails where it is told to.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "training_run.h"

namespace laminet::test {
namespace {

// A device as after the start of a process, with this in its environment until the end of the test.
class Emulated {
 public:
  Emulated(const char* name, const char* value) : name_(name) {
    setenv(name, value, 1);
    reset();
  }
  ~Emulated() {
    unsetenv(name_);
    reset();
  }

 private:
  static void reset() {
    backend_statuses();  // loads it
    reinterpret_cast<void (*)()>(dlsym(RTLD_DEFAULT, "laminet_emulator_reset"))();
  }
  const char* name_;
};

const std::string kExp = "program 1\n%0: f32[4,3] = input {name=\"x\"}\n%1: f32[4,3] = exp (%0) @first\n%2: f32[4] = sum (%1) {axes=[1], "
                         "keepDims=false} @second\nreturn (%2)\n";

// The message with which the listing fails.
std::string failure_of(const std::string& listing) {
  try {
    compare(listing, 2e-5, 1, __FILE__, __LINE__, "cuda");
  } catch (const Error& error) {
    return error.code() + " " + error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST(memory_runs_out) {
  const Emulated device("EMULATOR_MEMORY", "4000000");
  Session session("cuda");
  CHECK_THROWS("OUT_OF_MEMORY", "a tensor f32[1000,1000,3] needs 11.4 MB; free ", session.device().allocate({DType::f32, {1000, 1000, 3}}));
  CHECK_THROWS("OUT_OF_MEMORY", "use a smaller batch or dispose tensors", session.device().allocate({DType::f32, {1000, 1000, 3}}));
  const Program large = parse("program 1\n%0: f32[700,700] = fill {value=1}\n%1: f32[700,700] = matmul (%0, %0) {transposeA=false, transposeB=false}\n"
                              "%2: f32[700,700] = matmul (%1, %0) {transposeA=false, transposeB=false}\n%3: f32[] = sum (%2) {axes=[0,1], "
                              "keepDims=false}\nreturn (%3)\n");
  CHECK_THROWS("OUT_OF_MEMORY", "the memory of a program needs", session.executable(large));
  COMPARE_ON_CUDA(kExp);
}

TEST(a_launch_that_fails_names_its_kernel_and_the_next_run_works) {
  const Emulated device("EMULATOR_FAIL", "cudaLaunchKernel:1:9");
  const std::string message = failure_of(kExp);
  CHECK(contains(message, "DEVICE device 'cuda:0': "));
  CHECK(contains(message, "invalid configuration argument (cudaErrorInvalidConfiguration)"));
  COMPARE_ON_CUDA(kExp);
}

TEST(a_step_that_cannot_be_captured_stays_eager) {
  const Emulated device("EMULATOR_FAIL", "cudaGraphInstantiate:1:2");
  std::fflush(stderr);
  const int saved = dup(2);
  std::FILE* const file = std::tmpfile();
  dup2(fileno(file), 2);
  follow("cuda", "small", 4, 4, 2e-3);
  std::fflush(stderr);
  dup2(saved, 2);
  std::string text(4096, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  const std::string warning = "laminet: cuda: a step cannot be captured into a graph and stays slower: cudaGraphInstantiate: out of memory";
  CHECK(contains(text, warning));
  CHECK_EQUAL(text.find(warning), text.rfind(warning));
}


// Last: the process has lost its device for good.
TEST(a_fault_of_a_kernel_is_told_once_and_the_device_is_lost) {
  const Emulated device("EMULATOR_FAIL", "cudaStreamSynchronize:1:700");
  const std::string message = failure_of(kExp);
  CHECK(contains(message, "DEVICE device 'cuda:0': cudaStreamSynchronize: an illegal memory access was encountered (cudaErrorIllegalAddress)"));
  CHECK(contains(message, "restart it"));
  const std::string next = failure_of(kExp);
  CHECK(contains(next, "DEVICE device 'cuda:0' is unusable since an earlier failure: an illegal memory access was encountered"));
  CHECK(contains(next, "restart the process (LAMINET_DEVICE=cpu trains without it)"));
  Session session("reference");  // the others go on
}

}  // namespace laminet::test
