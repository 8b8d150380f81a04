// Listings of one op, and of types, for tests that compare devices.
#pragma once

#include <string>
#include <vector>

#include "runtime/program.h"

namespace laminet::test {

inline std::string type_text(const std::string& dtype, const Shape& shape) {
  std::string text;
  for (size_t axis = 0; axis < shape.size(); ++axis) text += (axis == 0 ? "" : ",") + std::to_string(shape[axis]);
  return dtype + "[" + text + "]";
}

inline std::string list_text(const std::vector<int64_t>& list) { return type_text("", list); }

// One op on inputs of these types.
inline std::string listing_of(const std::string& op, const std::vector<std::string>& operands, const std::vector<std::string>& results,
                              const std::string& attributes = "") {
  std::string text = "program 1\n", list, names, typed;
  int value = 0;
  for (const std::string& type : operands) {
    text += "%" + std::to_string(value) + ": " + type + " = input {name=\"x" + std::to_string(value) + "\"}\n";
    list += (value == 0 ? "%" : ", %") + std::to_string(value);
    ++value;
  }
  for (const std::string& type : results) {
    const std::string name = "%" + std::to_string(value++), comma = names.empty() ? "" : ", ";
    names += comma + name;
    typed += comma + name + ": " + type;
  }
  return text + typed + " = " + op + (operands.empty() ? "" : " (" + list + ")") + (attributes.empty() ? "" : " {" + attributes + "}") +
         "\nreturn (" + names + ")\n";
}

}  // namespace laminet::test
