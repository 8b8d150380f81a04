#include "parse.h"

#include <utility>

#include "cursor.h"

namespace laminet {

namespace {

class Parser {
 public:
  explicit Parser(std::string_view listing) : cursor_(listing) {}

  Program parse() {
    cursor_.expect("program 1");
    cursor_.expect_line_end();
    bool returned = false;
    for (cursor_.skip_blank_lines(); !cursor_.at_end(); cursor_.skip_blank_lines()) {
      if (returned) cursor_.fail("expected nothing after 'return'");
      if (cursor_.peek() == '%') {
        parse_instruction();
      } else if (cursor_.accept("update ")) {
        parse_update();
      } else {
        cursor_.expect("return ");
        program_.returns = parse_values();
        returned = true;
      }
      cursor_.expect_line_end();
    }
    if (!returned) cursor_.fail("expected 'return'");
    return std::move(program_);
  }

 private:
  void parse_instruction() {
    Instruction instruction;
    instruction.line = cursor_.line();
    const int defined = static_cast<int>(program_.types.size());
    do {
      instruction.results.push_back(parse_definition());
    } while (cursor_.accept(", "));
    cursor_.expect(" = ");
    instruction.op = cursor_.name("an op");
    defined_ = defined;
    if (cursor_.accept(" (")) instruction.operands = parse_list();
    if (cursor_.accept(" {")) parse_attributes(instruction);
    if (cursor_.accept(" @")) instruction.layer = cursor_.rest_of_line();
    defined_ = static_cast<int>(program_.types.size());
    record(std::move(instruction));
  }

  // Files a finished instruction and, when it is a source, its value.
  void record(Instruction instruction) {
    const int value = instruction.results.front();
    program_.producers.resize(program_.types.size(), static_cast<int>(program_.instructions.size()));
    if (instruction.op == "input") program_.inputs.push_back(value);
    if (instruction.op == "variable") {
      if (instruction.number("index") != static_cast<double>(program_.variables.size())) {
        throw Error("PARSE", "program line " + std::to_string(instruction.line) + ": expected variable index " +
                                 std::to_string(program_.variables.size()));
      }
      program_.variables.push_back(value);
    }
    program_.instructions.push_back(std::move(instruction));
  }

  // "%3: f32[8,16]": the next value and its type.
  int parse_definition() {
    const int expected = static_cast<int>(program_.types.size());
    cursor_.expect("%" + std::to_string(expected) + ": ");
    program_.types.push_back(parse_type());
    return expected;
  }

  Type parse_type() {
    const std::string_view word = cursor_.name("a type");
    Type type;
    bool known = false;
    for (const DType dtype : kDTypes) {
      if (word == dtype_name(dtype)) {
        type.dtype = dtype;
        known = true;
      }
    }
    if (!known) cursor_.fail("expected f32, f64, bf16, f16, i32, u8 or bool, not '" + std::string(word) + "'");
    type.shape = parse_integers();
    return type;
  }

  std::vector<int64_t> parse_integers() {
    std::vector<int64_t> integers;
    cursor_.expect("[");
    if (cursor_.accept("]")) return integers;
    do {
      integers.push_back(cursor_.integer<int64_t>());
    } while (cursor_.accept(","));
    cursor_.expect("]");
    return integers;
  }

  // A reference to a value that is defined above.
  int parse_value() {
    cursor_.expect("%");
    const int value = cursor_.integer<int>();
    if (value < 0 || value >= defined_) cursor_.fail("%" + std::to_string(value) + " is not defined above; expected a defined value");
    return value;
  }

  // "(%0, %1)"
  std::vector<int> parse_values() {
    cursor_.expect("(");
    return parse_list();
  }

  std::vector<int> parse_list() {
    std::vector<int> values;
    if (cursor_.accept(")")) return values;
    do {
      values.push_back(parse_value());
    } while (cursor_.accept(", "));
    cursor_.expect(")");
    return values;
  }

  void parse_attributes(Instruction& instruction) {
    do {
      std::string name(cursor_.name("an attribute"));
      cursor_.expect("=");
      instruction.attributes.insert_or_assign(std::move(name), parse_attribute());
    } while (cursor_.accept(", "));
    cursor_.expect("}");
  }

  Attribute parse_attribute() {
    if (cursor_.peek() == '[') return parse_integers();
    if (cursor_.peek() == '"') return cursor_.quoted();
    if (cursor_.accept("true")) return true;
    if (cursor_.accept("false")) return false;
    return cursor_.number();
  }

  void parse_update() {
    Update update{};
    update.variable = cursor_.integer<int>();
    if (update.variable < 0 || update.variable >= static_cast<int>(program_.variables.size())) {
      cursor_.fail("there is no variable " + std::to_string(update.variable) + "; expected an index of a variable");
    }
    cursor_.expect(" = ");
    update.value = parse_value();
    program_.updates.push_back(update);
  }

  Cursor cursor_;
  Program program_;
  int defined_ = 0;  // values that an operand may name
};

}  // namespace

Program parse(std::string_view listing) { return Parser(listing).parse(); }

}  // namespace laminet
