// The attributes of each descriptor type of cuDNN's backend API that the emulation knows, as cudnn_graph.h documents them.
#pragma once

#include <cudnn.h>

#include <cstdint>

namespace laminet::emulated_cudnn {

// One attribute of a descriptor type.
struct Rule {
  cudnnBackendDescriptorType_t owner;
  cudnnBackendAttributeName_t name;
  cudnnBackendAttributeType_t type;
  int64_t least = 1, most = 1;  // elements
  bool or_double = false;       // CUDNN_TYPE_DOUBLE is allowed as well
  bool read_only = false;
  int child = -1;  // type of the descriptor it holds; -1: several
};

bool knows(cudnnBackendDescriptorType_t owner);
// Throws Failure when the type has no such attribute.
const Rule& rule_of(cudnnBackendDescriptorType_t owner, cudnnBackendAttributeName_t name);

}  // namespace laminet::emulated_cudnn
