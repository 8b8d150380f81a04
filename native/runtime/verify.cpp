#include "verify.h"

#include <cmath>

#include "verify_rules.h"

namespace laminet {

void Check::require(bool holds, const std::string& expectation) const {
  if (holds) return;
  std::string received;
  for (const int operand : instruction_.operands) received += (received.empty() ? "" : ", ") + program_.type(operand).text();
  std::string made;
  for (const int value : instruction_.results) made += (made.empty() ? "" : ", ") + program_.type(value).text();
  throw Error("INTERNAL", instruction_.place() + ": program line " + std::to_string(instruction_.line) + ": expected " + expectation +
                              "; received (" + received + ") -> " + made);
}

void Check::counts(size_t operands, size_t results) const {
  require(instruction_.operands.size() == operands, std::to_string(operands) + " operands");
  require(instruction_.results.size() == results, std::to_string(results) + " results");
}

void Check::floats(const Type& type, const char* who) const {
  require(is_float(type.dtype), std::string(who) + " of type f32, f64, bf16 or f16");
}

void Check::numbers(const Type& type, const char* who) const {
  require(type.dtype != DType::boolean, std::string(who) + " of a numeric type");
}

void Check::type_is(const Type& type, const char* who, DType dtype, const Shape& shape) const {
  const Type expected{dtype, shape};
  if (type != expected) require(false, std::string(who) + " of type " + expected.text());
}

size_t Check::axis(const std::string& name, size_t rank) const {
  const double value = instruction_.number(name);
  require(value >= 0 && value < static_cast<double>(rank) && value == std::floor(value), "'" + name + "' to be an axis");
  return static_cast<size_t>(value);
}

const std::vector<int64_t>& Check::axes(const std::string& name, size_t rank) const {
  const std::vector<int64_t>& values = instruction_.integers(name);
  int64_t previous = -1;
  for (const int64_t value : values) {
    require(value > previous && value < static_cast<int64_t>(rank), "'" + name + "' to be ascending axes");
    previous = value;
  }
  return values;
}

const std::vector<int64_t>& Check::list(const std::string& name, size_t count, int64_t minimum) const {
  const std::vector<int64_t>& values = instruction_.integers(name);
  bool fits = values.size() == count;
  for (const int64_t value : values) fits = fits && value >= minimum;
  require(fits, "'" + name + "' to be " + std::to_string(count) + " integers" +
                    (minimum == INT64_MIN ? "" : " of at least " + std::to_string(minimum)));
  return values;
}

namespace {

const Rules& all_rules() {
  static const Rules* rules = [] {
    auto* made = new Rules;  // never destroyed: threads may verify while the process ends
    add_source_rules(*made);
    add_pointwise_rules(*made);
    add_reduction_rules(*made);
    add_shape_rules(*made);
    add_window_rules(*made);
    return made;
  }();
  return *rules;
}

// Sizes are not negative, and the bytes of a value are a number.
void verify_size(const Check& check, const Type& type) {
  int64_t bytes = static_cast<int64_t>(dtype_bytes(type.dtype));
  bool empty = false;
  for (const int64_t size : type.shape) {
    check.require(size >= 0, "no negative sizes");
    empty = empty || size == 0;
  }
  for (const int64_t size : type.shape) {
    if (!empty && __builtin_mul_overflow(bytes, size, &bytes)) {
      throw Error("OUT_OF_MEMORY", check.instruction().place() + ": out of memory: a tensor " + shape_text(type.shape) + " of " +
                                       dtype_name(type.dtype) + " is larger than any memory");
    }
  }
}

void verify_updates(const Program& program) {
  std::vector<bool> updated(program.variables.size(), false);
  for (const auto& [variable, value] : program.updates) {
    const Type& held = program.type(program.variables[variable]);
    if (program.type(value) != held) {
      throw Error("INTERNAL", "update " + std::to_string(variable) + ": expected " + held.text() + ", received " +
                                  program.type(value).text());
    }
    if (updated[variable]) throw Error("INTERNAL", "update " + std::to_string(variable) + ": expected one update a variable");
    updated[variable] = true;
  }
}

}  // namespace

void verify(const Program& program) {
  const Rules& rules = all_rules();
  for (const Instruction& instruction : program.instructions) {
    const Check check(program, instruction);
    for (const int value : instruction.results) verify_size(check, program.type(value));
    const auto rule = rules.find(instruction.op);
    check.require(rule != rules.end(), "an op of native/OPS.md");
    rule->second(check);
  }
  verify_updates(program);
}

}  // namespace laminet
