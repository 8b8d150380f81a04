#include "descriptor.h"

namespace laminet::cuda::cudnn {

std::string status_text(cudnnStatus_t status) {
  char words[1024] = "";
  cudnnGetLastErrorString(words, sizeof words);
  const std::string name = cudnnGetErrorString(status);
  return words[0] == '\0' ? name : name + ": " + words;
}

Refusal::Refusal(cudnnStatus_t status, const std::string& call) : Error("DEVICE", call + ": " + status_text(status)) {}

void require(cudnnStatus_t status, const char* call) {
  if (status != CUDNN_STATUS_SUCCESS) throw Refusal(status, call);
}

Descriptor::Descriptor(cudnnBackendDescriptorType_t type) : state_(std::make_shared<State>()) {
  require(cudnnBackendCreateDescriptor(type, &state_->descriptor), "cudnnBackendCreateDescriptor");
}

Descriptor::State::~State() {
  if (descriptor != nullptr) cudnnBackendDestroyDescriptor(descriptor);
}

void Descriptor::set(cudnnBackendAttributeName_t name, const std::vector<Descriptor>& others) {
  std::vector<cudnnBackendDescriptor_t> values;
  for (const Descriptor& other : others) values.push_back(other.get());
  set_elements(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<int64_t>(values.size()), values.data());
  state_->uses.insert(state_->uses.end(), others.begin(), others.end());
}

void Descriptor::finalize() { require(cudnnBackendFinalize(get()), "cudnnBackendFinalize"); }

std::vector<Descriptor> Descriptor::descriptors(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const {
  std::vector<Descriptor> found;
  std::vector<cudnnBackendDescriptor_t> values;
  for (int64_t left = this->count(name, CUDNN_TYPE_BACKEND_DESCRIPTOR); left > 0; --left) values.push_back(found.emplace_back(type).get());
  const auto count = static_cast<int64_t>(values.size());
  const int64_t read = count == 0 ? 0 : get_elements(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, values.data());
  while (static_cast<int64_t>(found.size()) > read) found.pop_back();
  return found;
}

void Descriptor::set_elements(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, const void* values) {
  require(cudnnBackendSetAttribute(get(), name, type, count, values), "cudnnBackendSetAttribute");
}

int64_t Descriptor::count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const {
  int64_t count = 0;
  require(cudnnBackendGetAttribute(get(), name, type, 0, &count, nullptr), "cudnnBackendGetAttribute");
  return count;
}

int64_t Descriptor::get_elements(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, void* values) const {
  int64_t read = 0;
  require(cudnnBackendGetAttribute(get(), name, type, count, &read, values), "cudnnBackendGetAttribute");
  return read;
}

}  // namespace laminet::cuda::cudnn
