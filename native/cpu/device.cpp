#include "device.h"

#include <cstring>

#include "reorder.h"
#include "threads.h"
#include "tune.h"

namespace laminet::cpu {

namespace {

class CpuBackend : public Backend {
 public:
  std::string name() const override { return "cpu"; }
  std::unique_ptr<Device> open(const DeviceOptions& options) override { return std::make_unique<CpuDevice>(options); }
};

}  // namespace

CpuDevice::CpuDevice(const DeviceOptions& options) { state_->library.threads = choose_threads(options.threads); }

std::string CpuDevice::description() const {
  const dnnl_version_t* version = dnnl_version();
  const int threads = state_->library.threads;
  return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch) + ", " +
         std::to_string(threads) + (threads == 1 ? " thread, " : " threads, ") + instruction_set();
}

BufferPtr CpuDevice::allocate(const Type& type) { return std::make_shared<CpuBuffer>(type, state_->account); }

BufferPtr CpuDevice::import(const Type& type, HostMemory memory) {
  return std::make_shared<CpuBuffer>(type, state_->account, std::move(memory));
}

void CpuDevice::upload(Buffer& buffer, const void* source, size_t bytes) {
  prepare_threads(state_->library.threads);
  auto& target = static_cast<CpuBuffer&>(buffer);
  if (bytes != target.type.bytes()) throw Error("INTERNAL", "upload: received " + std::to_string(bytes) + " bytes for " + target.type.text());
  convert(state_->library, Layout::plain(target.type), source, target.layout(), target.data());
}

void CpuDevice::download(const Buffer& buffer, void* destination, size_t bytes) {
  prepare_threads(state_->library.threads);
  const auto& source = static_cast<const CpuBuffer&>(buffer);
  if (bytes != source.type.bytes()) throw Error("INTERNAL", "download: asked for " + std::to_string(bytes) + " bytes of " + source.type.text());
  convert(state_->library, source.layout(), source.data(), Layout::plain(source.type), destination);
}

std::unique_ptr<Executable> CpuDevice::compile(const Program& program, std::span<const HostMemory> constants,
                                               std::span<const BufferPtr> variables) {
  prepare_threads(state_->library.threads);
  return std::make_unique<CpuExecutable>(state_, program, constants, variables);
}

std::string CpuDevice::choices() const { return kept_choices().text(); }

void CpuDevice::adopt_choices(const std::string& text) { kept_choices().adopt(text); }

std::unique_ptr<Backend> make_backend() { return std::make_unique<CpuBackend>(); }

}  // namespace laminet::cpu
