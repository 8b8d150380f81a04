// Convolutions by cuDNN: the kernel is turned over into scratch memory, or the gradient of the kernel out of it, around the plan.
#include <optional>

#include "convolution.h"
#include "convolution_tensors.h"
#include "cuda/cudnn/race.h"
#include "cuda/kernels/bias.h"

namespace laminet::cuda {

namespace {

class PlanWork final : public Work {
 public:
  PlanWork(Lowering& lowering, const Instruction& instruction, const Convolution& convolution, std::shared_ptr<const cudnn::Plan> plan)
      : convolution_(convolution),
        plan_(std::move(plan)),
        tensors_(convolution_tensors(lowering, instruction, convolution.direction)),
        kernel_turn_(convolution),
        place_(lowering.context().name() + ": " + instruction.place() + " (" + convolution.text() + ")") {
    if (kernel_turn_.needed()) turned_ = lowering.scratch(kernel_turn_.bytes());
    if (plan_->workspace_bytes() > 0) workspace_ = lowering.scratch(plan_->workspace_bytes());
  }

  std::vector<int> scratch() const {
    std::vector<int> tensors;
    for (const int tensor : {turned_, workspace_})
      if (tensor >= 0) tensors.push_back(tensor);
    return tensors;
  }

  void bind(const Places& at, Context&) override {
    std::vector<std::pair<cudnn::Tensor, void*>> tensors{{cudnn::Tensor::x, at.at(tensors_.x)},
                                                         {cudnn::Tensor::kernel, at.at(turned_ >= 0 ? turned_ : tensors_.kernel)},
                                                         {cudnn::Tensor::y, at.at(tensors_.y)}};
    if (convolution_.epilogue != Epilogue::none) tensors.emplace_back(cudnn::Tensor::bias, at.at(tensors_.bias));
    try {
      addresses_.emplace(tensors, workspace_ >= 0 ? at.at(workspace_) : nullptr);
    } catch (const cudnn::Refusal& reason) {
      throw Error("DEVICE", place_ + ": " + reason.what());
    }
  }

  void launch(const Places& at, Context& context) override {
    const bool makes_kernel = convolution_.direction == Direction::backward_kernel;
    if (turned_ >= 0 && !makes_kernel) kernel_turn_.turn(at.at(tensors_.kernel), at.at(turned_), context.stream());
    plan_->execute(context.cudnn(), *addresses_, place_);
    if (turned_ >= 0 && makes_kernel) kernel_turn_.turn_back(at.at(turned_), at.at(tensors_.kernel), context.stream());
  }

 private:
  const Convolution convolution_;
  const std::shared_ptr<const cudnn::Plan> plan_;
  const ConvolutionTensors tensors_;
  const KernelTurn kernel_turn_;
  const std::string place_;
  int turned_ = -1, workspace_ = -1;
  std::optional<cudnn::Addresses> addresses_;
};

bool is_empty(const WindowAxis& axis) { return axis.input == 0 || axis.window == 0 || axis.output == 0; }

bool is_empty(const Convolution& c) {
  return c.images == 0 || c.channels == 0 || c.outputs == 0 || is_empty(c.geometry.rows) || is_empty(c.geometry.columns);
}

std::shared_ptr<const cudnn::Plan> find_plan(Context& context, const Convolution& convolution, std::string& refusal) {
  if (is_empty(convolution)) {
    refusal = "no engine of cuDNN takes tensors without elements";
    return nullptr;
  }
  return context.planner().plan(convolution, refusal, context.options.autotune ? cudnn::race_timer(context, convolution) : nullptr);
}

bool add_plan(Lowering& lowering, const Instruction& instruction, const Convolution& convolution, std::string& refusal) {
  const std::shared_ptr<const cudnn::Plan> plan = find_plan(lowering.context(), convolution, refusal);
  if (!plan) return false;
  auto work = std::make_unique<PlanWork>(lowering, instruction, convolution, plan);
  Step step{.name = convolution.name(), .detail = "cuDNN " + plan->name(), .scratch = work->scratch()};
  lowering.add(instruction, std::move(step), std::move(work));
  return true;
}

}  // namespace

bool convolve_by_plan(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  return add_plan(lowering, instruction, convolution_of(lowering.program(), instruction), refusal);
}

bool convolve_by_plan_then_bias(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  Convolution convolution = convolution_of(lowering.program(), instruction);
  if (convolution.epilogue == Epilogue::none) {
    refusal = "there is no bias";
    return false;
  }
  const bool rectified = convolution.epilogue == Epilogue::bias_relu;
  convolution.epilogue = Epilogue::none;
  if (!add_plan(lowering, instruction, convolution, refusal)) return false;
  const ConvolutionTensors tensors = convolution_tensors(lowering, instruction, Direction::forward);
  const int64_t rows = convolution.images * convolution.geometry.rows.output * convolution.geometry.columns.output;
  const DType dtype = convolution.dtype;
  const int64_t channels = convolution.outputs;
  lowering.add(instruction, {.name = rectified ? "bias+relu" : "bias"}, work([=](const Places& at, Context& context) {
                 launch_bias(dtype, at.at(tensors.y), at.at(tensors.bias), rectified, rows, channels, context.stream());
               }));
  return true;
}

}  // namespace laminet::cuda
