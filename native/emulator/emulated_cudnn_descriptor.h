// A descriptor of the backend API: a store of attributes that knows which attributes its type has, of what types and how many elements.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emulated_cudnn_status.h"

namespace laminet::emulated_cudnn {

struct Plan;  // emulated_cudnn_plan.h
struct Descriptor;
using DescriptorPtr = std::shared_ptr<const Descriptor>;

struct Attribute {
  cudnnBackendAttributeType_t type = CUDNN_TYPE_INT64;
  int64_t count = 0;
  std::vector<char> bytes{};
  std::vector<DescriptorPtr> children{};  // of CUDNN_TYPE_BACKEND_DESCRIPTOR
};

struct Descriptor {
  explicit Descriptor(cudnnBackendDescriptorType_t type);

  void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, const void* elements);
  void get(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t room, int64_t* count, void* elements) const;

  bool has(cudnnBackendAttributeName_t name) const { return attributes.count(name) != 0; }
  template <typename T>
  std::vector<T> list(cudnnBackendAttributeName_t name) const {
    const auto found = attributes.find(name);
    if (found == attributes.end()) return {};
    std::vector<T> values(found->second.bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), found->second.bytes.data(), values.size() * sizeof(T));
    return values;
  }
  template <typename T>
  T value(cudnnBackendAttributeName_t name, T fallback) const {
    return has(name) ? list<T>(name).at(0) : fallback;
  }
  // An attribute that is a float or a double.
  double real(cudnnBackendAttributeName_t name, double fallback) const;
  // The descriptor of an attribute; null when it is not set.
  DescriptorPtr child(cudnnBackendAttributeName_t name) const;

  // For attributes that the library makes.
  template <typename T>
  void give(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, const std::vector<T>& values) {
    Attribute& attribute = attributes[name] = {.type = type, .count = static_cast<int64_t>(values.size())};
    attribute.bytes.resize(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(attribute.bytes.data(), values.data(), attribute.bytes.size());
  }
  void give(cudnnBackendAttributeName_t name, std::vector<DescriptorPtr> children);

  cudnnBackendDescriptorType_t type;
  bool finalized = false;
  std::map<cudnnBackendAttributeName_t, Attribute> attributes;
  std::shared_ptr<const Plan> plan{};  // of a finalised execution plan
};

// What a cudnnBackendDescriptor_t points to.
struct Handle {
  std::shared_ptr<Descriptor> descriptor;
};

}  // namespace laminet::emulated_cudnn
