// What kernels of batch norm have in common, alone or with the pooling that follows.
#pragma once

#include <optional>

#include "cpu/image_layout.h"
#include "cpu/kernel.h"
#include "cpu/kernels/batch_norm.h"
#include "cpu/lowering.h"

namespace laminet::cpu {

// A normalisation in the layout of its image.
struct Normalization {
  Layout layout;
  BatchNormShape shape;
  int64_t batch;

  // In the layout of x where the kernels know it, else channels last.
  static Normalization of(const Lowering& lowering, int x) {
    return in(lowering.layout(x), image_block(lowering.layout(x)), lowering.type(x).shape);
  }
  static Normalization in(const Layout& layout, int64_t block, const Shape& shape);

  BatchNormShape slice(int64_t images) const;
  size_t sum_bytes() const { return batch_norm_kernels().sum_bytes(shape); }
  size_t coefficient_bytes() const { return batch_norm_kernels().coefficient_bytes(shape); }
};

inline float* floats(void* const* memory, int tensor) { return static_cast<float*>(memory[tensor]); }

inline BatchNormOptions with_shape(BatchNormOptions options, const BatchNormShape& shape) {
  options.shape = shape;
  return options;
}

// `backward` is the gradient of `forward`: of an activation that the kernels know, of a max pooling, of a batch norm.
bool differentiates(const Instruction& backward, const Instruction& forward);

// Operands and results are those of batch_norm or batch_norm_backward; others may stand in for image and gradient.
class BatchNormKernel : public Kernel {
 public:
  BatchNormOptions settings;  // but for the shape

  // Begins with this instruction.
  void cover(const ClaimGraph& graph, int index);
  // Takes the activation, or its gradient, in; false when the kernels do not know it.
  bool set_activation(const Instruction& instruction);

 protected:
  // Mean and variance, and the coefficients of the result.
  void add_statistics(Lowering& lowering, const Normalization& norm, int x, int coefficients) const;
  // The gradients of gamma and beta, and the coefficients of x's.
  void add_sums(Lowering& lowering, const Normalization& norm, int x, int dy, int coefficients) const;
};

}  // namespace laminet::cpu
