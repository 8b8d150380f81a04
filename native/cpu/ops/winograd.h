// Our own Winograd convolution (kernels/winograd.h) as an implementation of a problem: its layouts, its name, and the code of its steps.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cpu/compat.h"
#include "cpu/kernels/winograd.h"
#include "cpu/slicing.h"
#include "cpu/step.h"

namespace laminet::cpu {

struct Convolution;

// The arguments of steps: tensors; bias -1: none. For the gradient of the source, x is the result's and y the source's.
struct WinogradTensors {
  int x = -1, windows = -1, bias = -1, y = -1, scratch = -1;
};
struct WinogradGradientTensors {
  int x = -1, dy = -1, dweights = -1, dbias = -1, scratch = -1;
};

class Winograd {
 public:
  // Nothing where it cannot do the problem, or the library's instruction set is capped below what it is compiled for.
  static std::optional<Winograd> of(const Convolution& problem);

  // Of the instruction set: "winograd:avx2".
  const std::string& name() const { return name_; }
  const MemoryDesc& source() const { return source_; }
  const MemoryDesc& weights() const { return weights_; }
  const MemoryDesc& destination() const { return destination_; }

  // Bytes of the weights as a convolution wants them, and of its scratch.
  size_t windows_bytes(bool backward) const { return kernels(backward).windows_bytes(shape(backward)); }
  size_t scratch_bytes(bool backward) const;
  size_t gradient_scratch_bytes() const { return kernels(false).backward_weights_scratch(shape_); }

  // Forward, negative results being multiplied by `slope`, or the gradient of the source; before it, the weights become windows.
  std::unique_ptr<Work> transform(int weights, int windows, bool backward) const;
  std::unique_ptr<Work> convolution(const WinogradTensors& tensors, bool backward, float slope = 1) const;
  Slicing slicing(const WinogradTensors& tensors, bool backward, float slope = 1) const;
  // The gradient of the weights.
  std::unique_ptr<Work> gradient(const WinogradGradientTensors& tensors) const;

 private:
  const WinogradKernels& kernels(bool backward) const;
  WinogradShape shape(bool backward) const { return backward ? winograd_backward(shape_) : shape_; }

  WinogradShape shape_;
  std::string name_;
  MemoryDesc source_, weights_, destination_;
};

}  // namespace laminet::cpu
