// Convolutions by own kernels: what cuDNN has no plan for.
#include "convolution.h"
#include "convolution_tensors.h"
#include "cuda/kernels/convolution.h"

namespace laminet::cuda {

namespace {

void add_forward(Lowering& lowering, const Instruction& instruction, const Convolution& c, const ConvolutionTensors& t) {
  lowering.add(instruction, {.name = c.name(), .detail = "direct"}, work([=](const Places& at, Context& context) {
                 launch_convolve(c, at.at(t.x), at.at(t.kernel), t.bias >= 0 ? at.at(t.bias) : nullptr, at.at(t.y), context.stream());
               }));
}

void add_backward_input(Lowering& lowering, const Instruction& instruction, const Convolution& c, const ConvolutionTensors& t) {
  const KernelTurn kernel_turn(c);
  const int turned = lowering.scratch(kernel_turn.bytes());
  lowering.add(instruction, {.name = c.name(), .detail = "direct", .scratch = {turned}}, work([=](const Places& at, Context& context) {
                 if (kernel_turn.bytes() > 0) kernel_turn.turn(at.at(t.kernel), at.at(turned), context.stream());
                 launch_convolve_backward_input(c, at.at(turned), at.at(t.y), at.at(t.x), context.stream());
               }));
}

void add_backward_kernel(Lowering& lowering, const Instruction& instruction, const Convolution& c, const ConvolutionTensors& t) {
  const int parts = lowering.scratch(convolve_backward_kernel_scratch_bytes(c));
  lowering.add(instruction, {.name = c.name(), .detail = "direct", .scratch = {parts}}, work([=](const Places& at, Context& context) {
                 launch_convolve_backward_kernel(c, at.at(t.x), at.at(t.y), at.at(parts), at.at(t.kernel), context.stream());
               }));
}

}  // namespace

bool convolve_directly(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const Convolution c = convolution_of(lowering.program(), instruction);
  if (!direct_convolution_supported(c)) {
    refusal = "the sizes do not fit the own kernels: " + c.text();
    return false;
  }
  const ConvolutionTensors t = convolution_tensors(lowering, instruction, c.direction);
  switch (c.direction) {
    case Direction::forward: add_forward(lowering, instruction, c, t); break;
    case Direction::backward_input: add_backward_input(lowering, instruction, c, t); break;
    case Direction::backward_kernel: add_backward_kernel(lowering, instruction, c, t); break;
  }
  return true;
}

}  // namespace laminet::cuda
