// Descriptors of cuDNN's backend API as values: a copy shares the descriptor, the last one destroys it, and a descriptor keeps alive those
// that it refers to.
#pragma once

#include <cudnn.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "runtime/program.h"

namespace laminet::cuda::cudnn {

// A call that cuDNN refused, in its own words: while a plan is looked for, a reason to look further.
class Refusal : public Error {
 public:
  Refusal(cudnnStatus_t status, const std::string& call);
};

// "CUDNN_STATUS_NOT_SUPPORTED: <what cudnnGetLastErrorString says>"
std::string status_text(cudnnStatus_t status);

// Throws Refusal.
void require(cudnnStatus_t status, const char* call);

// The tag that goes with a C++ type.
template <typename T>
inline constexpr cudnnBackendAttributeType_t attribute_type = [] { static_assert(sizeof(T) == 0, "no attribute has this type"); }();
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<cudnnHandle_t> = CUDNN_TYPE_HANDLE;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<cudnnDataType_t> = CUDNN_TYPE_DATA_TYPE;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<bool> = CUDNN_TYPE_BOOLEAN;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<int32_t> = CUDNN_TYPE_INT32;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<int64_t> = CUDNN_TYPE_INT64;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<float> = CUDNN_TYPE_FLOAT;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<double> = CUDNN_TYPE_DOUBLE;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<void*> = CUDNN_TYPE_VOID_PTR;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<char> = CUDNN_TYPE_CHAR;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<cudnnConvolutionMode_t> = CUDNN_TYPE_CONVOLUTION_MODE;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<cudnnPointwiseMode_t> = CUDNN_TYPE_POINTWISE_MODE;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<cudnnBackendHeurMode_t> = CUDNN_TYPE_HEUR_MODE;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<cudnnBackendNumericalNote_t> = CUDNN_TYPE_NUMERICAL_NOTE;
template <>
inline constexpr cudnnBackendAttributeType_t attribute_type<cudnnBackendBehaviorNote_t> = CUDNN_TYPE_BEHAVIOR_NOTE;

class Descriptor {
 public:
  explicit Descriptor(cudnnBackendDescriptorType_t type);

  cudnnBackendDescriptor_t get() const { return state_->descriptor; }

  template <typename T>
  void set(cudnnBackendAttributeName_t name, const T& value) {
    set_elements(name, attribute_type<T>, 1, &value);
  }
  template <typename T>
  void set(cudnnBackendAttributeName_t name, const std::vector<T>& values) {
    set_elements(name, attribute_type<T>, static_cast<int64_t>(values.size()), values.data());
  }
  void set(cudnnBackendAttributeName_t name, const std::string& text) {
    set_elements(name, CUDNN_TYPE_CHAR, static_cast<int64_t>(text.size()), text.data());
  }
  void set(cudnnBackendAttributeName_t name, const Descriptor& other) { set(name, std::vector<Descriptor>{other}); }
  void set(cudnnBackendAttributeName_t name, const std::vector<Descriptor>& others);
  void finalize();

  // All elements of an attribute.
  template <typename T>
  std::vector<T> elements(cudnnBackendAttributeName_t name) const {
    std::vector<T> values(static_cast<size_t>(count(name, attribute_type<T>)));
    const int64_t read = values.empty() ? 0 : get_elements(name, attribute_type<T>, static_cast<int64_t>(values.size()), values.data());
    values.resize(static_cast<size_t>(std::min<int64_t>(read, static_cast<int64_t>(values.size()))));
    return values;
  }
  // Its only element.
  template <typename T>
  T element(cudnnBackendAttributeName_t name) const {
    T value{};
    get_elements(name, attribute_type<T>, 1, &value);
    return value;
  }
  // Elements that are descriptors of `type`.
  std::vector<Descriptor> descriptors(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const;

 private:
  struct State {
    cudnnBackendDescriptor_t descriptor = nullptr;
    std::vector<Descriptor> uses;
    ~State();
  };

  void set_elements(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, const void* values);
  int64_t count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const;
  int64_t get_elements(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, void* values) const;

  std::shared_ptr<State> state_;
};

}  // namespace laminet::cuda::cudnn
