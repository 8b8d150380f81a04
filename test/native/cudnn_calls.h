// Calls of one libcudnn, the real or the emulated one, loaded by its path: descriptors that free themselves, and for each call the status
// by name. Tests send the same calls to both.
#pragma once

#include <cudnn.h>
#include <dlfcn.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace laminet::test {

// The first call that failed: "finalize OPERATION_CONVOLUTION_FORWARD: CUDNN_STATUS_BAD_PARAM".
struct Refused : std::runtime_error {
  Refused(const std::string& call, const std::string& status, const std::string& words)
      : std::runtime_error(call + ": " + status), status(status), words(words) {}
  const std::string status;
  const std::string words;  // cudnnGetLastErrorString
};

class Cudnn {
 public:
  explicit Cudnn(const std::string& path) : library_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) throw std::runtime_error(dlerror());
    load(get_version, "cudnnGetVersion");
    load(error_string, "cudnnGetErrorString");
    load(last_error, "cudnnGetLastErrorString");
    load(create, "cudnnCreate");
    load(destroy, "cudnnDestroy");
    load(set_stream, "cudnnSetStream");
    load(create_descriptor, "cudnnBackendCreateDescriptor");
    load(destroy_descriptor, "cudnnBackendDestroyDescriptor");
    load(set_attribute, "cudnnBackendSetAttribute");
    load(get_attribute, "cudnnBackendGetAttribute");
    load(finalize, "cudnnBackendFinalize");
    load(execute, "cudnnBackendExecute");
  }

  void check(cudnnStatus_t status, const std::string& call) const {
    if (status == CUDNN_STATUS_SUCCESS) return;
    char words[16384] = "";
    last_error(words, sizeof words);
    throw Refused(call, error_string(status), words);
  }

  decltype(&cudnnGetVersion) get_version;
  decltype(&cudnnGetErrorString) error_string;
  decltype(&cudnnGetLastErrorString) last_error;
  decltype(&cudnnCreate) create;
  decltype(&cudnnDestroy) destroy;
  decltype(&cudnnSetStream) set_stream;
  decltype(&cudnnBackendCreateDescriptor) create_descriptor;
  decltype(&cudnnBackendDestroyDescriptor) destroy_descriptor;
  decltype(&cudnnBackendSetAttribute) set_attribute;
  decltype(&cudnnBackendGetAttribute) get_attribute;
  decltype(&cudnnBackendFinalize) finalize;
  decltype(&cudnnBackendExecute) execute;

 private:
  template <typename Function>
  void load(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    if (function == nullptr) throw std::runtime_error(dlerror());
  }
  void* library_;  // never closed: libraries of this kind do not survive it
};

class Descriptor {
 public:
  Descriptor(const Cudnn& cudnn, cudnnBackendDescriptorType_t type) : cudnn_(&cudnn), type_(type) {
    cudnn.check(cudnn.create_descriptor(type, &raw_), "create " + std::to_string(type));
  }
  Descriptor(Descriptor&& other) noexcept : cudnn_(other.cudnn_), type_(other.type_), raw_(std::exchange(other.raw_, nullptr)) {}
  ~Descriptor() {
    if (raw_ != nullptr) cudnn_->destroy_descriptor(raw_);
  }

  cudnnBackendDescriptor_t raw() const { return raw_; }

  template <typename T>
  Descriptor& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, const std::vector<T>& values) {
    cudnn_->check(cudnn_->set_attribute(raw_, name, type, static_cast<int64_t>(values.size()), values.data()),
                  "set " + std::to_string(name));
    return *this;
  }
  Descriptor& integers(cudnnBackendAttributeName_t name, const std::vector<int64_t>& values) { return set(name, CUDNN_TYPE_INT64, values); }
  Descriptor& integer(cudnnBackendAttributeName_t name, int64_t value) { return integers(name, {value}); }
  Descriptor& data_type(cudnnBackendAttributeName_t name, cudnnDataType_t value) {
    return set(name, CUDNN_TYPE_DATA_TYPE, std::vector<cudnnDataType_t>{value});
  }
  Descriptor& boolean(cudnnBackendAttributeName_t name, bool value) {
    const char byte = value;
    return set(name, CUDNN_TYPE_BOOLEAN, std::vector<char>{byte});
  }
  Descriptor& real(cudnnBackendAttributeName_t name, float value) { return set(name, CUDNN_TYPE_FLOAT, std::vector<float>{value}); }
  Descriptor& real(cudnnBackendAttributeName_t name, double value) { return set(name, CUDNN_TYPE_DOUBLE, std::vector<double>{value}); }
  Descriptor& child(cudnnBackendAttributeName_t name, const Descriptor& value) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, std::vector<cudnnBackendDescriptor_t>{value.raw()});
  }
  Descriptor& text(cudnnBackendAttributeName_t name, const std::string& value) {
    return set(name, CUDNN_TYPE_CHAR, std::vector<char>(value.begin(), value.end()));
  }
  Descriptor& finalize() {
    cudnn_->check(cudnn_->finalize(raw_), "finalize " + std::to_string(type_));
    return *this;
  }

  template <typename T>
  std::vector<T> get(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const {
    int64_t count = 0;
    cudnn_->check(cudnn_->get_attribute(raw_, name, type, 0, &count, nullptr), "count " + std::to_string(name));
    std::vector<T> values(static_cast<size_t>(count));
    if (count > 0) cudnn_->check(cudnn_->get_attribute(raw_, name, type, count, &count, values.data()), "get " + std::to_string(name));
    values.resize(static_cast<size_t>(count));
    return values;
  }
  // Descriptors of `type` that the attribute holds.
  std::vector<Descriptor> children(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const {
    int64_t count = 0;
    cudnn_->check(cudnn_->get_attribute(raw_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr), "count " + std::to_string(name));
    std::vector<Descriptor> results;
    std::vector<cudnnBackendDescriptor_t> raws;
    for (int64_t index = 0; index < count; ++index) {
      results.emplace_back(*cudnn_, type);
      raws.push_back(results.back().raw());
    }
    if (count > 0) {
      cudnn_->check(cudnn_->get_attribute(raw_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &count, raws.data()),
                    "get " + std::to_string(name));
    }
    while (static_cast<int64_t>(results.size()) > count) results.pop_back();
    return results;
  }

 private:
  const Cudnn* cudnn_;
  cudnnBackendDescriptorType_t type_;
  cudnnBackendDescriptor_t raw_ = nullptr;
};

}  // namespace laminet::test
