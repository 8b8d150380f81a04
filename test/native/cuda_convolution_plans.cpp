// How the cuda backend chooses among cuDNN's engines: options of the device, races, plans that are kept on disk, and what is said when an
// engine fails.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "convolution_listings.h"
#include "two_devices.h"

namespace laminet::test {
namespace {

namespace files = std::filesystem;

const ConvolutionCase kCase{2, 6, 5, 3, 4};

// A home of its own for kept plans, gone at the end.
class Home {
 public:
  Home() : path_(files::temp_directory_path() / ("laminet-plans-" + std::to_string(getpid()))) {
    const char* before = std::getenv("LAMINET_HOME");
    before_ = before == nullptr ? "" : before;
    setenv("LAMINET_HOME", path_.c_str(), 1);
  }
  ~Home() {
    setenv("LAMINET_HOME", before_.c_str(), 1);
    files::remove_all(path_);
  }
  std::vector<files::path> plans() const {
    std::vector<files::path> found;
    if (files::exists(path_))
      for (const auto& entry : files::recursive_directory_iterator(path_))
        if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
  }

 private:
  const files::path path_;
  std::string before_;
};

std::string contents(const files::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The kernels of a listing on a device with these options; its results agree with the reference.
std::string kernels(const std::string& listing, const DeviceOptions& options) {
  const Program program = parse(listing);
  std::vector<Bytes> inputs;
  for (const int value : program.inputs) inputs.push_back(random_bytes(program.types[value], static_cast<uint32_t>(value) + 1));
  Session expected("reference"), actual("cuda", options);
  Executable& tested = actual.executable(program);
  const Bytes wanted = expected.run(expected.executable(program), program, inputs)[0], got = actual.run(tested, program, inputs)[0];
  CHECK(difference(program.types[program.returns[0]], got, wanted) <= 2e-5);
  return kernel_names(tested);
}

std::string listing(size_t direction) { return convolution_listings(kCase, "f32")[direction]; }

}  // namespace

// The emulated cuDNN: engine 1 is exact, 2 rounds to TF32, 4 is not deterministic; heuristics prefer 2, then 4.
TEST(options_choose_engines) {
  CHECK(kernels(listing(1), {}).find("engine 2]") != std::string::npos);
  CHECK(kernels(listing(1), {.deterministic = true}).find("engine 2]") != std::string::npos);
  CHECK(kernels(listing(1), {.tensor_float32 = false}).find("engine 4]") != std::string::npos);
  CHECK(kernels(listing(1), {.tensor_float32 = false, .deterministic = true}).find("engine 1]") != std::string::npos);
}

TEST(what_is_not_raced_is_not_kept) {
  const Home home;
  kernels(listing(0), {});
  CHECK_EQUAL(home.plans().size(), size_t{0});
}

TEST(winners_of_races_are_kept_on_disk) {
  const Home home;
  for (size_t direction = 0; direction < 3; ++direction) {
    const std::string winner = kernels(listing(direction), {.autotune = true});
    CHECK(winner.find("cuDNN engine") != std::string::npos);
    CHECK_EQUAL(home.plans().size(), direction + 1);
    // Without racing, too.
    CHECK(kernels(listing(direction), {}).find("cuDNN kept engine") != std::string::npos);
    CHECK(kernels(listing(direction), {.autotune = true}).find("cuDNN kept engine") != std::string::npos);
    // Other options are other problems.
    CHECK(kernels(listing(direction), {.tensor_float32 = false}).find("cuDNN engine") != std::string::npos);
  }
  for (const files::path& plan : home.plans()) {
    CHECK_EQUAL(plan.extension().string(), std::string(".json"));
    CHECK(contents(plan).starts_with("{\"problem\": \"conv2d"));
  }
}

TEST(damaged_plans_are_ignored) {
  const Home home;
  kernels(listing(0), {.autotune = true});
  const files::path plan = home.plans().at(0);
  const std::string whole = contents(plan);
  std::string other = whole, text = whole;
  other.replace(other.find("n2 c3"), 5, "n3 c3");
  text.replace(text.find("\"plan\": ") + 8, 6, "??????");
  for (const std::string& damage : {std::string(), whole.substr(0, whole.size() / 2), other, text, std::string("nonsense")}) {
    std::ofstream(plan, std::ios::trunc) << damage;
    CHECK(kernels(listing(0), {}).find("cuDNN engine") != std::string::npos);
  }
  kernels(listing(0), {.autotune = true});  // writes it anew
  CHECK(kernels(listing(0), {}).find("cuDNN kept engine") != std::string::npos);
}

TEST(homes_that_cannot_be_written_do_no_harm) {
  const char* before = std::getenv("LAMINET_HOME");
  const std::string kept = before == nullptr ? "" : before;
  setenv("LAMINET_HOME", "/dev/null/nowhere", 1);
  CHECK(kernels(listing(0), {.autotune = true}).find("cuDNN engine") != std::string::npos);
  setenv("LAMINET_HOME", kept.c_str(), 1);
}

TEST(failures_name_instruction_device_and_shapes) {
  const std::string place =
      "device 'cuda:0': conv2d (%2, layer 'layer') (conv2d f32 n2 c3 k4 g1 rows 6w3s1d1p1+1o6 columns 5w3s1d1p1+1o5): ";
  const std::pair<const char*, const char*> faults[] = {
      {"cudnnBackendExecute:1:CUDNN_STATUS_EXECUTION_FAILED", "cudnnBackendExecute (engine 2): CUDNN_STATUS_EXECUTION_FAILED"},
      {"cudnnBackendCreateDescriptor:1:CUDNN_STATUS_INTERNAL_ERROR", "cudnnBackendCreateDescriptor: CUDNN_STATUS_INTERNAL_ERROR"}};
  for (const auto& [fault, words] : faults) {
    const Program program = parse(listing(0));
    Session session("cuda", DeviceOptions{});
    Executable& executable = session.executable(program);
    std::vector<Bytes> inputs;
    for (const int value : program.inputs) inputs.push_back(random_bytes(program.types[value], 1));
    setenv("EMULATED_CUDNN_FAIL", fault, 1);
    CHECK_THROWS("DEVICE", place + words, session.run(executable, program, inputs));
    unsetenv("EMULATED_CUDNN_FAIL");
  }
}

// A cuDNN that fails while it plans costs the plan, not the program.
TEST(failures_of_planning_lead_to_the_own_kernels) {
  setenv("EMULATED_CUDNN_FAIL", "cudnnBackendFinalize:1:CUDNN_STATUS_INTERNAL_ERROR", 1);
  CHECK(kernels(listing(0), {}).find("[direct]") != std::string::npos);
  unsetenv("EMULATED_CUDNN_FAIL");
}

}  // namespace laminet::test
