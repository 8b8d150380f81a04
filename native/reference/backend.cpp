// The backend "reference": buffers are plain host memory, programs are ReferenceExecutables.
#include <cstring>

#include "reference/buffer.h"
#include "reference/executable.h"
#include "runtime/registry.h"

namespace laminet::reference {
namespace {

void check_bytes(const char* what, const Type& type, size_t received) {
  if (received == type.bytes()) return;
  throw Error("INTERNAL", std::string(what) + ": wrong size for " + type.text() + ": received " + std::to_string(received) +
                              " bytes; expected " + std::to_string(type.bytes()));
}

class ReferenceDevice final : public Device {
 public:
  std::string description() const override { return "reference kernels: plain loops on 1 thread, slow"; }

  BufferPtr allocate(const Type& type) override {
    return std::make_shared<HostBuffer>(type, pool_.acquire(type.bytes(), "a tensor " + type.text()), count_);
  }

  BufferPtr import(const Type& type, HostMemory memory) override {
    check_bytes("import", type, memory.bytes);
    return std::make_shared<HostBuffer>(type, std::move(memory), count_);
  }

  void upload(Buffer& buffer, const void* source, size_t bytes) override {
    check_bytes("upload", buffer.type, bytes);
    if (bytes != 0) std::memcpy(static_cast<HostBuffer&>(buffer).data(), source, bytes);
  }

  void download(const Buffer& buffer, void* destination, size_t bytes) override {
    check_bytes("download", buffer.type, bytes);
    if (bytes != 0) std::memcpy(destination, static_cast<const HostBuffer&>(buffer).data(), bytes);
  }

  std::unique_ptr<Executable> compile(const Program& program, std::span<const HostMemory> constants,
                                      std::span<const BufferPtr>) override {
    return std::make_unique<ReferenceExecutable>(program, constants, pool_, count_, settings_);
  }

  MemoryInfo memory() const override { return {count_->used, count_->peak, total_host_memory()}; }
  void set_recorder(Recorder* recorder) override { settings_->recorder = recorder; }

 private:
  HostPool pool_;
  const std::shared_ptr<MemoryCount> count_ = std::make_shared<MemoryCount>();
  const std::shared_ptr<Settings> settings_ = std::make_shared<Settings>();
};

class ReferenceBackend final : public Backend {
 public:
  std::string name() const override { return "reference"; }
  std::unique_ptr<Device> open(const DeviceOptions&) override { return std::make_unique<ReferenceDevice>(); }
};

[[maybe_unused]] const bool registered = [] {
  register_backend("reference", [](int, std::string*) -> Backend* { return new ReferenceBackend; });
  return true;
}();

}  // namespace
}  // namespace laminet::reference
