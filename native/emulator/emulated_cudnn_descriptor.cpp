#include "emulated_cudnn_descriptor.h"

#include <algorithm>

#include "emulated_cudnn_rules.h"

namespace laminet::emulated_cudnn {

namespace {

void check_type(const Rule& rule, cudnnBackendAttributeType_t type) {
  if (type == rule.type || (rule.or_double && type == CUDNN_TYPE_DOUBLE)) return;
  refuse(rule.or_double ? CUDNN_STATUS_BAD_PARAM : CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE,
         "attribute " + std::to_string(rule.name) + " is of type " + std::to_string(rule.type) + ", not " + std::to_string(type));
}

size_t element_bytes(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_INT64:
    case CUDNN_TYPE_DOUBLE:
    case CUDNN_TYPE_VOID_PTR:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR: return 8;
    case CUDNN_TYPE_BOOLEAN:
    case CUDNN_TYPE_CHAR: return 1;
    default: return 4;  // enumerations, int32, float
  }
}

// The real library keeps a copy of a descriptor as it was when it was set.
DescriptorPtr copy_of(const Rule& rule, cudnnBackendDescriptor_t raw) {
  if (raw == nullptr) return nullptr;
  const Descriptor& child = *static_cast<const Handle*>(raw)->descriptor;
  require(rule.child < 0 || child.type == rule.child, CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE,
          "attribute " + std::to_string(rule.name) + " holds descriptors of type " + std::to_string(rule.child) + ", not " +
              std::to_string(child.type));
  return std::make_shared<const Descriptor>(child);
}

}  // namespace

Descriptor::Descriptor(cudnnBackendDescriptorType_t type) : type(type) {
  require(knows(type), CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED,
          "no descriptor type " + std::to_string(type) + " in this emulation");
}

void Descriptor::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type_set, int64_t count, const void* elements) {
  require(!finalized, CUDNN_STATUS_BAD_PARAM, "the descriptor is finalised");
  const Rule& rule = rule_of(type, name);
  require(!rule.read_only, CUDNN_STATUS_BAD_PARAM, "attribute " + std::to_string(name) + " can only be read");
  check_type(rule, type_set);
  require(count >= rule.least && count <= rule.most, CUDNN_STATUS_BAD_PARAM,
          "attribute " + std::to_string(name) + " has " + std::to_string(rule.least) + " to " + std::to_string(rule.most) +
              " elements, not " + std::to_string(count));
  require(elements != nullptr || count == 0, CUDNN_STATUS_BAD_PARAM, "no elements");
  Attribute attribute{.type = type_set, .count = count};
  if (type_set == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
    for (int64_t index = 0; index < count; ++index)
      attribute.children.push_back(copy_of(rule, static_cast<const cudnnBackendDescriptor_t*>(elements)[index]));
  } else {
    const char* bytes = static_cast<const char*>(elements);
    attribute.bytes.assign(bytes, bytes + static_cast<size_t>(count) * element_bytes(type_set));
  }
  attributes[name] = std::move(attribute);
}

void Descriptor::get(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type_wanted, int64_t room, int64_t* count,
                     void* elements) const {
  require(finalized, CUDNN_STATUS_NOT_INITIALIZED, "the descriptor is not finalised");
  check_type(rule_of(type, name), type_wanted);
  static const Attribute none;
  const auto found = attributes.find(name);
  const Attribute& attribute = found == attributes.end() ? none : found->second;
  const int64_t given = elements == nullptr ? attribute.count : std::min(room, attribute.count);
  if (count != nullptr) *count = given;
  if (elements == nullptr) return;
  if (type_wanted == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
    // The caller's descriptors take over what the attribute holds.
    for (int64_t index = 0; index < given; ++index) {
      Handle& target = *static_cast<Handle*>(static_cast<cudnnBackendDescriptor_t*>(elements)[index]);
      const Descriptor& source = *attribute.children[static_cast<size_t>(index)];
      require(target.descriptor->type == source.type, CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE, "a descriptor to fill in has another type");
      target.descriptor = std::make_shared<Descriptor>(source);
    }
  } else {
    require(given == 0 || attribute.type == type_wanted, CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE, "the attribute was set with another type");
    if (given > 0) std::memcpy(elements, attribute.bytes.data(), static_cast<size_t>(given) * element_bytes(type_wanted));
  }
}

double Descriptor::real(cudnnBackendAttributeName_t name, double fallback) const {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return fallback;
  return found->second.type == CUDNN_TYPE_DOUBLE ? list<double>(name).at(0) : static_cast<double>(list<float>(name).at(0));
}

DescriptorPtr Descriptor::child(cudnnBackendAttributeName_t name) const {
  const auto found = attributes.find(name);
  return found == attributes.end() ? nullptr : found->second.children.at(0);
}

void Descriptor::give(cudnnBackendAttributeName_t name, std::vector<DescriptorPtr> children) {
  attributes[name] = {
      .type = CUDNN_TYPE_BACKEND_DESCRIPTOR, .count = static_cast<int64_t>(children.size()), .children = std::move(children)};
}

}  // namespace laminet::emulated_cudnn
