#include "emulated_cudnn_execute.h"

#include <cmath>
#include <cstring>
#include <map>

#include "emulated_cudnn_engines.h"
#include "emulated_cudnn_interpret.h"
#include "emulated_cudnn_plan.h"
#include "enqueue.h"
#include "numbers.h"

namespace laminet::emulated_cudnn {

namespace {

// One execution in a stream's queue.
struct Launch {
  std::shared_ptr<const Plan> plan;
  std::map<int64_t, void*> memory;  // by uid
  char* workspace = nullptr;
};

std::string who(const Plan& plan, const Tensor& tensor) { return plan.graph.name() + ": tensor " + std::to_string(tensor.uid); }

void check_memory(const Plan& plan, const Tensor& tensor, const void* pointer) {
  require(pointer != nullptr, CUDNN_STATUS_BAD_PARAM_NULL_POINTER, who(plan, tensor) + " has no memory in the variant pack");
  require(reinterpret_cast<uintptr_t>(pointer) % static_cast<uintptr_t>(tensor.alignment) == 0, CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER,
          who(plan, tensor) + " is not aligned to " + std::to_string(tensor.alignment) + " bytes");
  require(laminet_emulator_device_bytes(pointer) >= tensor.span(), CUDNN_STATUS_EXECUTION_FAILED,
          who(plan, tensor) + " is not device memory of " + std::to_string(tensor.span()) + " bytes");
}

void check_workspace(const Plan& plan, const void* workspace) {
  if (plan.workspace == 0) return;
  require(workspace != nullptr, CUDNN_STATUS_BAD_PARAM_NULL_POINTER, plan.graph.name() + ": no workspace");
  require(reinterpret_cast<uintptr_t>(workspace) % 256 == 0, CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER,
          plan.graph.name() + ": the workspace is not aligned");
  require(laminet_emulator_device_bytes(workspace) >= static_cast<size_t>(plan.workspace), CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT,
          plan.graph.name() + ": the workspace is not device memory of " + std::to_string(plan.workspace) + " bytes");
}

// Convolutions and products read their operands while they write: the memories must not meet.
void check_overlap(const Plan& plan, const std::map<int64_t, void*>& memory) {
  const Operation& first = plan.graph.operations.front();
  if (first.kind == Kind::pointwise) return;
  const Tensor& output = plan.graph.operations.back().output;
  const char* target = static_cast<const char*>(memory.at(output.uid));
  for (const Tensor& input : first.inputs) {
    const char* source = static_cast<const char*>(memory.at(input.uid));
    require(source + input.span() <= target || target + output.span() <= source, CUDNN_STATUS_EXECUTION_FAILED,
            who(plan, input) + " overlaps the result");
  }
}

// The next or the previous number, in turn: what an unstable order of summation does to a last bit.
void disturb(const Tensor& tensor, void* memory, bool up) {
  if (tensor.type != CUDNN_DATA_FLOAT || tensor.count() == 0) return;
  float& number = *static_cast<float*>(memory);
  number = std::nextafter(number, up ? INFINITY : -INFINITY);
}

void run(void* state) {
  const Launch& launch = *static_cast<const Launch*>(state);
  const Plan& plan = *launch.plan;
  const Engine& engine = engine_at(plan.engine);
  const auto workspace = static_cast<size_t>(plan.workspace);
  if (workspace > 0) std::memset(laminet_emulator_memory_behind(launch.workspace, workspace), 0xa5, workspace);
  std::map<int64_t, void*> memory;
  for (const Tensor& tensor : plan.graph.bound())
    memory[tensor.uid] = laminet_emulator_memory_behind(launch.memory.at(tensor.uid), tensor.span());
  interpret(plan.graph, memory, emulator::emulates_tensor_float32() && has_note(engine, CUDNN_NUMERICAL_NOTE_TENSOR_CORE));
  if (has_note(engine, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) {
    static int executions = 0;
    const Tensor& output = plan.graph.operations.back().output;
    disturb(output, memory.at(output.uid), ++executions % 2 == 0);
  }
}

void destroy(void* state) { delete static_cast<Launch*>(state); }

}  // namespace

void execute(cudaStream_t stream, const Descriptor& plan_descriptor, const Descriptor& pack) {
  require(plan_descriptor.plan != nullptr && pack.type == CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR && pack.finalized,
          CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "a plan and a variant pack, finalised, are expected");
  const Plan& plan = *plan_descriptor.plan;
  auto launch = std::make_unique<Launch>();
  launch->plan = plan_descriptor.plan;
  const std::vector<int64_t> uids = pack.list<int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  const std::vector<void*> pointers = pack.list<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
  for (size_t index = 0; index < uids.size(); ++index) launch->memory[uids[index]] = pointers[index];
  for (const Tensor& tensor : plan.graph.bound()) check_memory(plan, tensor, launch->memory[tensor.uid]);
  launch->workspace = static_cast<char*>(pack.value<void*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, nullptr));
  check_workspace(plan, launch->workspace);
  check_overlap(plan, launch->memory);
  const std::string name = "cudnn " + plan.graph.name();
  const cudaError_t status = laminet_emulator_enqueue(stream, name.c_str(), run, launch.release(), destroy);
  require(status == cudaSuccess, CUDNN_STATUS_EXECUTION_FAILED_CUDART, std::string("cudaLaunchKernel: ") + cudaGetErrorName(status));
}

}  // namespace laminet::emulated_cudnn
