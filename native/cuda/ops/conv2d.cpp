// conv2d (x, kernel[, bias]) {strides, padding, dilations, groups[, epilogue="bias" | "bias_relu"]}: by a plan of cuDNN for all of it, by a
// plan for the convolution with an own kernel after it, by own kernels.
#include "convolution.h"

namespace laminet::cuda {
namespace {

const Registration plan{"conv2d", 0, convolve_by_plan};
const Registration plan_then_bias{"conv2d", 1, convolve_by_plan_then_bias};
const Registration direct{"conv2d", 9, convolve_directly};

}  // namespace
}  // namespace laminet::cuda
