// The ranges that Nsight Systems would see, through a tool that NVTX loads.
#include <dlfcn.h>

#include <cstdlib>

#include "two_devices.h"

namespace laminet::test {
namespace {

std::string take() {
  void* const tool = dlopen(NVTX_RECORDER, RTLD_NOW);
  if (tool == nullptr) fail(__FILE__, __LINE__, dlerror());
  std::string text(1 << 16, '\0');
  reinterpret_cast<void (*)(char*, size_t)>(dlsym(tool, "take_nvtx_record"))(text.data(), text.size());
  return text.c_str();
}

}  // namespace

TEST(every_step_of_an_eager_run_is_a_range_of_its_layer) {
  setenv("NVTX_INJECTION64_PATH", NVTX_RECORDER, 1);  // read at the first range
  const Program program = parse("program 1\n%0: f32[4,3] = input {name=\"x\"}\n%1: f32[4,3] = exp (%0) @first\n%2: f32[4] = sum (%1) "
                                "{axes=[1], keepDims=false} @second\nreturn (%2)\n");
  Session session("cuda");
  Executable& executable = session.executable(program);
  const std::vector<Bytes> inputs{random_bytes(program.types[0], 1)};
  session.run(executable, program, inputs);
  const std::string seen = take();
  CHECK_EQUAL(seen, std::string("domain laminet\nbegin run of a program\nbegin first: exp\nend\nbegin second: sum\nend\nend\n"));
  session.run(executable, program, inputs);  // captured
  take();
  session.run(executable, program, inputs);
  CHECK_EQUAL(take(), std::string("begin run of a program\nend\n"));
}

}  // namespace laminet::test
