// What the rules of verify_*.cpp are written with.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "program.h"

namespace laminet {

// One instruction under examination. Every expectation that fails throws Error INTERNAL with the place and the line.
class Check {
 public:
  Check(const Program& program, const Instruction& instruction) : program_(program), instruction_(instruction) {}

  const Instruction& instruction() const { return instruction_; }
  const Type& operand(size_t position) const { return program_.type(instruction_.operands[position]); }
  const Type& result(size_t position = 0) const { return program_.type(instruction_.results[position]); }

  void counts(size_t operands, size_t results = 1) const;
  void require(bool holds, const std::string& expectation) const;
  void floats(const Type& type, const char* who) const;
  void numbers(const Type& type, const char* who) const;
  // `type` is exactly `dtype` and `shape`.
  void type_is(const Type& type, const char* who, DType dtype, const Shape& shape) const;
  // The attribute `name` as an axis of a shape with `rank` axes.
  size_t axis(const std::string& name, size_t rank) const;
  // The attribute `name` as ascending axes.
  const std::vector<int64_t>& axes(const std::string& name, size_t rank) const;
  // The attribute `name` as a list of `count` integers of at least `minimum`.
  const std::vector<int64_t>& list(const std::string& name, size_t count, int64_t minimum) const;

 private:
  const Program& program_;
  const Instruction& instruction_;
};

using Rule = std::function<void(const Check&)>;
using Rules = std::map<std::string, Rule, std::less<>>;

void add_source_rules(Rules& rules);
void add_pointwise_rules(Rules& rules);
void add_reduction_rules(Rules& rules);
void add_shape_rules(Rules& rules);
void add_window_rules(Rules& rules);

}  // namespace laminet
