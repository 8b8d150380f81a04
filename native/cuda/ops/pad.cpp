// pad: `interior` cells between neighbours first, then `before` and `after` the axis; negative ones crop what is there by then. Every new
// cell holds `value`. mirror_pad: new cells reflect the operand without repeating its edge.
#include "cuda/kernels/pad.h"

#include <cstring>

#include "cuda/lowering.h"
#include "runtime/float16.h"
#include "runtime/pointwise_math.h"

namespace laminet::cuda {

namespace {

template <typename T>
std::array<uint8_t, 8> bytes_of(T value) {
  std::array<uint8_t, 8> bytes{};
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// The bytes of an element.
std::array<uint8_t, 8> element_of(DType dtype, double value) {
  switch (dtype) {
    case DType::f32: return bytes_of(static_cast<float>(value));
    case DType::f64: return bytes_of(value);
    case DType::i32: return bytes_of(math::convert<int32_t>(value));
    case DType::u8: return bytes_of(math::convert<uint8_t>(value));
    case DType::bf16: return bytes_of(bfloat16(value));
    case DType::f16: return bytes_of(float16(value));
    case DType::boolean: break;
  }
  return bytes_of(static_cast<uint8_t>(value != 0));
}

bool lower(Lowering& lowering, const Instruction& instruction, const Pad& padding, std::string& refusal) {
  if (!pad_supported(padding)) {
    refusal = "more axes than the kernel takes: " + shape_text(lowering.shape(instruction.results[0]));
    return false;
  }
  const int from = lowering.tensor(instruction.operands[0]), to = lowering.tensor(instruction.results[0]);
  lowering.add(instruction, {instruction.op, "own kernel"}, work([=](const Places& at, Context& context) {
                 launch_pad(padding, at.at(from), at.at(to), context.stream());
               }));
  return true;
}

// The axes of `instruction` with their `before`.
std::vector<PadAxis> axes_of(const Lowering& lowering, const Instruction& instruction) {
  const Shape &from = lowering.shape(instruction.operands[0]), &to = lowering.shape(instruction.results[0]);
  std::vector<PadAxis> axes;
  for (size_t axis = 0; axis < from.size(); ++axis) axes.push_back({from[axis], to[axis], instruction.integers("before")[axis], 1});
  return axes;
}

bool pad(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const DType dtype = lowering.type(instruction.results[0]).dtype;
  std::vector<PadAxis> axes = axes_of(lowering, instruction);
  for (size_t axis = 0; axis < axes.size(); ++axis) axes[axis].step = instruction.integers("interior")[axis] + 1;
  const std::array<uint8_t, 8> value = element_of(dtype, instruction.number("value"));
  return lower(lowering, instruction, simplified_pad(dtype, axes, false, value.data()), refusal);
}

bool mirror_pad(Lowering& lowering, const Instruction& instruction, std::string& refusal) {
  const std::array<uint8_t, 8> unused{};
  const DType dtype = lowering.type(instruction.results[0]).dtype;
  return lower(lowering, instruction, simplified_pad(dtype, axes_of(lowering, instruction), true, unused.data()), refusal);
}

const Registration pad_registration{"pad", 0, pad};
const Registration mirror_pad_registration{"mirror_pad", 0, mirror_pad};

}  // namespace

}  // namespace laminet::cuda
