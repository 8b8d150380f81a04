// The rules that tensors and operations keep, so that they may be finalised.
#pragma once

#include "emulated_cudnn_graph.h"

namespace laminet::emulated_cudnn {

void check_tensor(const Descriptor& descriptor);
void check_convolution(const Descriptor& descriptor);
// `parts`: attributes that must hold finalised descriptors.
void check_parts(const Descriptor& descriptor, std::initializer_list<cudnnBackendAttributeName_t> parts);
void check_operation(const Descriptor& descriptor);

}  // namespace laminet::emulated_cudnn
