// The grammar of listings, and the words of its errors.
#include "runtime/parse.h"

#include <cmath>

#include "check.h"

using namespace laminet;
using namespace laminet::test;

namespace {

const char* const kListing = R"(program 1
%0: f32[32,28,28,1] = input {name="x"}
%1: f32[3,3,1,8] = variable {index=0, name="conv2d/kernel"}
%2: f32[32,28,28,8] = conv2d (%0, %1) {strides=[1,1], padding="same", dilations=[1,1], groups=1} @conv2d
%3: f32[8] = variable {index=1}
%4: f32[32,28,28,8], %5: f32[8], %6: f32[8] = batch_norm (%2, %3, %3) {epsilon=0.001} @batch normalization, "two"
%7: f32[] = fill {value=-0}
update 1 = %5
return (%4, %7)
)";

// The message of the error that parsing `lines` (after the first) throws.
std::string failure(const std::string& lines) {
  try {
    parse("program 1\n" + lines);
  } catch (const Error& error) {
    return error.code() + " " + error.what();
  }
  return "no error";
}

}  // namespace

TEST(whole_listing) {
  const Program program = parse(kListing);
  CHECK_EQUAL(program.types.size(), 8u);
  CHECK_EQUAL(program.instructions.size(), 6u);
  CHECK_EQUAL(program.types[0].text(), std::string("f32[32,28,28,1]"));
  CHECK_EQUAL(program.types[7].text(), std::string("f32[]"));
  CHECK_EQUAL(program.inputs, (std::vector<int>{0}));
  CHECK_EQUAL(program.variables, (std::vector<int>{1, 3}));
  CHECK_EQUAL(program.returns, (std::vector<int>{4, 7}));
  CHECK_EQUAL(program.updates.size(), 1u);
  CHECK_EQUAL(program.updates[0].variable, 1);
  CHECK_EQUAL(program.updates[0].value, 5);
}

TEST(instruction) {
  const Program program = parse(kListing);
  const Instruction& conv = program.producer(2);
  CHECK_EQUAL(conv.op, std::string("conv2d"));
  CHECK_EQUAL(conv.operands, (std::vector<int>{0, 1}));
  CHECK_EQUAL(conv.integers("strides"), (std::vector<int64_t>{1, 1}));
  CHECK_EQUAL(conv.text("padding"), std::string("same"));
  CHECK_EQUAL(conv.number("groups"), 1.0);
  CHECK_EQUAL(conv.number("absent", 7), 7.0);
  CHECK_EQUAL(conv.layer, std::string("conv2d"));
  CHECK_EQUAL(conv.line, 4);
  CHECK_EQUAL(conv.place(), std::string("conv2d (%2, layer 'conv2d')"));
  CHECK_EQUAL(program.producer(6).results, (std::vector<int>{4, 5, 6}));
  CHECK_EQUAL(program.producer(6).layer, std::string("batch normalization, \"two\""));
  CHECK(std::signbit(program.producer(7).number("value")));
}

TEST(attributes) {
  const Program program = parse(
      "program 1\n%0: i32[0] = input {a=0.1, b=-1e-7, c=1e+21, d=Infinity, e=-Infinity, f=NaN, g=true, h=false, i=[], j=[-1,2], "
      "k=\"a \\\"b\\\" \\\\\"}\nreturn ()");
  const Instruction& input = program.instructions[0];
  CHECK_EQUAL(input.number("a"), 0.1);
  CHECK_EQUAL(input.number("b"), -1e-7);
  CHECK_EQUAL(input.number("c"), 1e21);
  CHECK_EQUAL(input.number("d"), INFINITY);
  CHECK_EQUAL(input.number("e"), -INFINITY);
  CHECK(std::isnan(input.number("f")));
  CHECK(input.flag("g"));
  CHECK(!input.flag("h", true));
  CHECK(input.integers("i").empty());
  CHECK_EQUAL(input.integers("j"), (std::vector<int64_t>{-1, 2}));
  CHECK_EQUAL(input.text("k"), std::string("a \"b\" \\"));
}

TEST(errors_carry_the_line) {
  CHECK_EQUAL(failure("%0: f32[2 = input\nreturn ()"), std::string("PARSE program line 2: expected ']', found ' = input'"));
  CHECK_EQUAL(failure("%0: f8[2] = input"),
              std::string("PARSE program line 2: expected f32, f64, bf16, f16, i32, u8 or bool, not 'f8', found '[2] = input'"));
  CHECK_EQUAL(failure("%0: f32[] = input\n%2: f32[] = input"), std::string("PARSE program line 3: expected '%1: ', found '%2: f32[] = input'"));
  CHECK_EQUAL(failure("%0: f32[] = neg (%0)"),
              std::string("PARSE program line 2: %0 is not defined above; expected a defined value, found ')'"));
  CHECK_EQUAL(failure("%0: f32[] = variable {index=1}"), std::string("PARSE program line 2: expected variable index 0"));
  CHECK_EQUAL(failure("update 0 = %0"), std::string("PARSE program line 2: there is no variable 0; expected an index of a variable, found ' = %0'"));
  CHECK_EQUAL(failure("%0: f32[] = input {name=\"x}"), std::string("PARSE program line 2: expected '\"', found the end of the line"));
  CHECK_EQUAL(failure("%0: f32[] = fill {value=one}"), std::string("PARSE program line 2: expected a number, found 'one}'"));
  CHECK_EQUAL(failure("%0: f32[99999999999999999999] = input"),
              std::string("PARSE program line 2: expected an integer, found '99999999999999999999] = '"));
  CHECK_EQUAL(failure("%0: f32[] = input\n"), std::string("PARSE program line 3: expected 'return', found the end of the line"));
  CHECK_EQUAL(failure("return ()\nreturn ()"), std::string("PARSE program line 3: expected nothing after 'return', found 'return ()'"));
  CHECK_EQUAL(failure("return () and more"), std::string("PARSE program line 2: expected the end of the line, found ' and more'"));
}

TEST(first_line) {
  try {
    parse("program 2\nreturn ()");
    CHECK(false);
  } catch (const Error& error) {
    CHECK_EQUAL(std::string(error.what()), std::string("program line 1: expected 'program 1', found 'program 2'"));
  }
}
