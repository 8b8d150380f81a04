// Launching pointwise groups.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/kernels/pointwise_data.h"

namespace laminet::cuda {

// Which formulas a kernel knows: the fewer, the more of its threads fit a multiprocessor.
enum class PointwiseSet : uint8_t {
  light,    // arithmetic, comparisons, choices, casts and the usual activations, on float and integers
  full,     // all of runtime/pointwise.h but float64
  float64,  // all
};

// Formulas that only the larger sets have, since their code takes many registers.
constexpr bool is_heavy(Pointwise code) {
  switch (code) {
    case Pointwise::expm1:
    case Pointwise::log1p:
    case Pointwise::sin:
    case Pointwise::cos:
    case Pointwise::tan:
    case Pointwise::asin:
    case Pointwise::acos:
    case Pointwise::atan:
    case Pointwise::sinh:
    case Pointwise::cosh:
    case Pointwise::softplus:
    case Pointwise::erf:
    case Pointwise::erf_inv:
    case Pointwise::elu:
    case Pointwise::pow:
    case Pointwise::mod:
    case Pointwise::atan2: return true;
    default: return false;
  }
}

// A kernel of `set` with at least `slots` slots. Kernels have 4, 16 or 96 of them: more of them leave fewer threads on a multiprocessor.
struct PointwiseKernel {
  PointwiseSet set = PointwiseSet::light;
  int slots = 4;
  bool operator==(const PointwiseKernel&) const = default;
};
PointwiseKernel pointwise_kernel(PointwiseSet set, int slots);

// Elements that a block of this kernel works on at a time.
int pointwise_tile(const PointwiseKernel& kernel);

void launch_pointwise(const PointwiseKernel& kernel, const PointwiseTables& tables, unsigned blocks, cudaStream_t stream);

}  // namespace laminet::cuda
