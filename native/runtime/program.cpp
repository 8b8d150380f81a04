#include "program.h"

#include <utility>

namespace laminet {

namespace {

struct DTypeInfo {
  const char* name;
  size_t bytes;
};

const DTypeInfo& info(DType dtype) {
  static constexpr DTypeInfo infos[] = {{"f32", 4}, {"f64", 8}, {"i32", 4}, {"u8", 1}, {"bool", 1}, {"bf16", 2}, {"f16", 2}};
  return infos[static_cast<size_t>(dtype)];
}

std::string joined(const Shape& shape, const char* separator) {
  std::string text = "[";
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis > 0) text += separator;
    text += std::to_string(shape[axis]);
  }
  return text + "]";
}

template <typename Kind>
const Kind& attribute(const Instruction& instruction, const std::string& name, const char* kind) {
  const auto found = instruction.attributes.find(name);
  if (found == instruction.attributes.end()) {
    throw Error("INTERNAL", instruction.place() + ": attribute '" + name + "' is missing (program line " +
                                std::to_string(instruction.line) + ")");
  }
  if (const Kind* value = std::get_if<Kind>(&found->second)) return *value;
  throw Error("INTERNAL", instruction.place() + ": attribute '" + name + "' is not " + kind + " (program line " +
                              std::to_string(instruction.line) + ")");
}

}  // namespace

size_t dtype_bytes(DType dtype) { return info(dtype).bytes; }

const char* dtype_name(DType dtype) { return info(dtype).name; }

bool is_float(DType dtype) { return dtype == DType::f32 || dtype == DType::f64 || is_float16(dtype); }

bool is_float16(DType dtype) { return dtype == DType::bf16 || dtype == DType::f16; }

int64_t element_count(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

std::string shape_text(const Shape& shape) { return joined(shape, ", "); }

std::string Type::text() const { return dtype_name(dtype) + joined(shape, ","); }

double Instruction::number(const std::string& name) const { return attribute<double>(*this, name, "a number"); }

double Instruction::number(const std::string& name, double fallback) const { return has(name) ? number(name) : fallback; }

bool Instruction::flag(const std::string& name, bool fallback) const {
  return has(name) ? attribute<bool>(*this, name, "a boolean") : fallback;
}

const std::string& Instruction::text(const std::string& name) const { return attribute<std::string>(*this, name, "a string"); }

const std::vector<int64_t>& Instruction::integers(const std::string& name) const {
  return attribute<std::vector<int64_t>>(*this, name, "a list of integers");
}

std::string Instruction::place() const {
  std::string text = op;
  if (!results.empty()) text += " (%" + std::to_string(results.front()) + (layer.empty() ? "" : ", layer '" + layer + "'") + ")";
  return text;
}

Error::Error(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}

Error::~Error() = default;

}  // namespace laminet
