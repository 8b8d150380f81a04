// conv2d_backward_input (kernel, dy): by a plan of cuDNN, by own kernels.
#include "convolution.h"

namespace laminet::cuda {
namespace {

const Registration plan{"conv2d_backward_input", 0, convolve_by_plan};
const Registration direct{"conv2d_backward_input", 9, convolve_directly};

}  // namespace
}  // namespace laminet::cuda
