// Groups in words, for dumps, profiles and tests.
#include <algorithm>
#include <charconv>

#include "pointwise_group.h"

namespace laminet {
namespace {

// Distinct steps that a name lists before it ends in "...".
constexpr size_t kNamedSteps = 5;

std::string number_text(double value) {
  char buffer[32];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

std::string register_text(int index) { return "r" + std::to_string(index); }

std::string step_text(const PointwiseStep& step) {
  std::string text = register_text(step.result) + ": " + dtype_name(step.dtype) + " = " + step.name();
  for (int k = 0; k < step.operand_count; ++k) text += " " + register_text(step.operands[static_cast<size_t>(k)]);
  switch (step.kind) {
    case PointwiseStep::Kind::formula: {
      const auto& attributes = kPointwise[static_cast<size_t>(step.code)].attributes;
      if (*attributes[0] != 0) text += std::string(" ") + attributes[0] + "=" + number_text(step.a);
      if (*attributes[1] != 0) text += std::string(" ") + attributes[1] + "=" + number_text(step.b);
      break;
    }
    case PointwiseStep::Kind::cast: break;
    case PointwiseStep::Kind::iota:
      text += " stride=" + std::to_string(step.stride) + " extent=" + std::to_string(step.extent);
      break;
    case PointwiseStep::Kind::random_uniform: text += " low=" + number_text(step.a) + " high=" + number_text(step.b); [[fallthrough]];
    case PointwiseStep::Kind::random_normal:
      text += " stream=" + std::to_string(step.stream) + " state=" + std::to_string(step.state);
      break;
  }
  return text;
}

}  // namespace

const char* PointwiseStep::name() const {
  switch (kind) {
    case Kind::formula: return kPointwise[static_cast<size_t>(code)].name;
    case Kind::cast: return "cast";
    case Kind::iota: return "iota";
    case Kind::random_uniform: return "random_uniform";
    default: return "random_normal";
  }
}

std::string PointwiseGroup::name() const {
  std::vector<std::string> names;
  for (const PointwiseStep& step : steps) {
    if (std::find(names.begin(), names.end(), step.name()) == names.end()) names.push_back(step.name());
  }
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamedSteps); ++i) text += (i == 0 ? "" : "+") + names[i];
  return names.size() > kNamedSteps ? text + "+..." : text;
}

std::string PointwiseGroup::text(const Program& program) const {
  std::string out = "pointwise " + shape_text(shape) + (preserves_zero ? " keeps zero" : "") + "\n";
  for (size_t i = 0; i < operands.size(); ++i) {
    const bool whole = static_cast<int>(i) >= elementwise;
    out += "  " + (whole ? "state " + std::to_string(i) : register_text(static_cast<int>(i))) + " = %" + std::to_string(operands[i]) + ": " +
           program.type(operands[i]).text() + "\n";
  }
  for (size_t i = 0; i < constants.size(); ++i) {
    out += "  " + register_text(constant_register(static_cast<int>(i))) + ": " + dtype_name(constants[i].dtype) + " = " +
           number_text(constants[i].value) + "\n";
  }
  for (const PointwiseStep& step : steps) {
    out += "  " + step_text(step);
    const auto output = std::find(output_registers.begin(), output_registers.end(), step.result);
    if (output != output_registers.end()) out += " -> %" + std::to_string(outputs[static_cast<size_t>(output - output_registers.begin())]);
    out += "\n";
  }
  return out;
}

}  // namespace laminet
