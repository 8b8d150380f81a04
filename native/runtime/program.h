// The program: what a listing (DESIGN "seam one") says, as data. Built by parse.h, checked by verify.h, compiled by a backend.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "visibility.h"

namespace laminet {

enum class DType : uint8_t { f32, f64, i32, u8, boolean, bf16, f16 };

// Every type, for loops over the words of the listing.
inline constexpr DType kDTypes[] = {DType::f32, DType::f64, DType::i32, DType::u8, DType::boolean, DType::bf16, DType::f16};

// Bytes of one element.
size_t dtype_bytes(DType dtype);
// The word of the listing: "f32", "f64", "i32", "u8", "bool", "bf16", "f16".
const char* dtype_name(DType dtype);
bool is_float(DType dtype);
// bf16 and f16: stored in 16 bits, computed in float (float16.h).
bool is_float16(DType dtype);

using Shape = std::vector<int64_t>;

// Number of elements; 1 for a scalar.
int64_t element_count(const Shape& shape);
// "[32, 28, 28, 1]"
std::string shape_text(const Shape& shape);

struct Type {
  DType dtype = DType::f32;
  Shape shape;
  size_t bytes() const { return static_cast<size_t>(element_count(shape)) * dtype_bytes(dtype); }
  // "f32[32,28,28,1]"
  std::string text() const;
  bool operator==(const Type&) const = default;
};

using Attribute = std::variant<double, bool, std::string, std::vector<int64_t>>;

// One line of a listing: results = op (operands) {attributes} @layer
struct Instruction {
  std::string op;
  std::vector<int> operands;  // value ids
  std::vector<int> results;   // value ids
  std::map<std::string, Attribute> attributes;
  std::string layer;  // name of the layer that made it, for errors and profiles; may be empty
  int line = 0;       // line of the listing, from 1

  bool has(const std::string& name) const { return attributes.count(name) != 0; }
  double number(const std::string& name) const;
  double number(const std::string& name, double fallback) const;
  bool flag(const std::string& name, bool fallback = false) const;
  const std::string& text(const std::string& name) const;
  const std::vector<int64_t>& integers(const std::string& name) const;
  // "conv2d (%17, layer 'conv_1')": the place in an error message.
  std::string place() const;
};

struct Update {
  int variable;  // index of the variable
  int value;     // its new value, assigned after all reads
};

// Static single assignment; a value id is an index into `types`, and every operand is defined above its use.
struct Program {
  std::vector<Type> types;      // by value id
  std::vector<int> producers;   // by value id: index into `instructions`
  std::vector<Instruction> instructions;
  std::vector<int> inputs;      // value ids of the `input` instructions, in order
  std::vector<int> variables;   // value id by variable index
  std::vector<Update> updates;
  std::vector<int> returns;     // value ids

  const Instruction& producer(int value) const { return instructions[producers[value]]; }
  const Type& type(int value) const { return types[value]; }
};

// Every failure that native code reports. `code` is the machine's word (INTERNAL, PARSE, OUT_OF_MEMORY, DEVICE, UNSUPPORTED,
// ABORTED), `what()` the person's.
class LAMINET_PUBLIC Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message);
  ~Error() override;
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

}  // namespace laminet
