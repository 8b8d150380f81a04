// Groups of pointwise instructions on the cuda backend against the reference kernels, one instruction at a time: the same bits.
#include <functional>

#include "exact_compare.h"
#include "pointwise_fuzz.h"
#include "runtime/pointwise.h"

namespace laminet::test {
namespace {

std::string type_text(DType dtype, const Shape& shape) { return Type{dtype, shape}.text(); }

// Writes a listing line by line.
class Lines {
 public:
  int input(const std::string& type) { return add(type, "input {name=\"x" + std::to_string(count_) + "\"}"); }
  int variable(const std::string& type) {
    const std::string index = std::to_string(variables_++);
    return add(type, "variable {index=" + index + ", name=\"v" + index + "\"}");
  }
  int add(const std::string& type, const std::string& text) {
    text_ += "%" + std::to_string(count_) + ": " + type + " = " + text + "\n";
    return count_++;
  }
  int returned(const std::string& type, const std::string& text) {
    returns_.push_back(add(type, text));
    return returns_.back();
  }
  void update(int variable, int value) { updates_ += "update " + std::to_string(variable) + " = %" + std::to_string(value) + "\n"; }
  std::string text() const {
    std::string list;
    for (const int value : returns_) list += (list.empty() ? "%" : ", %") + std::to_string(value);
    return "program 1\n" + text_ + updates_ + "return (" + list + ")\n";
  }

 private:
  std::string text_, updates_;
  std::vector<int> returns_;
  int count_ = 0, variables_ = 0;
};

std::string call(const std::string& op, const std::vector<int>& operands, const std::string& attributes = "") {
  std::string list;
  for (const int operand : operands) list += (list.empty() ? "%" : ", %") + std::to_string(operand);
  return op + " (" + list + ")" + (attributes.empty() ? "" : " {" + attributes + "}");
}

// Numbers at the edges of what formulas and types do.
std::vector<double> edges(DType dtype) {
  switch (dtype) {
    case DType::boolean: return {0, 1};
    case DType::u8: return {0, 1, 2, 3, 7, 8, 127, 128, 254, 255};
    case DType::i32: return {0, 1, -1, 2, -2, 3, 7, -7, 31, 46341, 100000, 2147483647.0, -2147483647.0, -2147483648.0};
    default:
      return {0.0,  -0.0,    1,      -1,   0.5,  -0.5,   1.5, 2.5,  -2.5,       3,            NAN,   INFINITY, -INFINITY, 1e-40,
              6e-8, -1e-310, -70000, 3e38, 300,  -1e300, -300, 65504, 0.99999994, 2147483648.0, -1e10, 255.5,    -0.75};
  }
}

Bytes bytes_of(DType dtype, const std::vector<double>& numbers) {
  Bytes bytes(numbers.size() * dtype_bytes(dtype));
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto put = [&](auto value) { reinterpret_cast<decltype(value)*>(bytes.data())[i] = value; };
    switch (dtype) {
      case DType::f32: put(static_cast<float>(numbers[i])); break;
      case DType::f64: put(numbers[i]); break;
      case DType::bf16: put(bfloat16(numbers[i])); break;
      case DType::f16: put(float16(numbers[i])); break;
      case DType::i32: put(static_cast<int32_t>(numbers[i])); break;
      default: put(static_cast<uint8_t>(numbers[i])); break;
    }
  }
  return bytes;
}

bool takes(PointwiseOperands operands, DType dtype) {
  switch (operands) {
    case PointwiseOperands::any: return true;
    case PointwiseOperands::booleans: return dtype == DType::boolean;
    case PointwiseOperands::floats: return is_float(dtype);
    case PointwiseOperands::signed_numbers: return is_float(dtype) || dtype == DType::i32;
    default: return dtype != DType::boolean;
  }
}

// Every formula that takes `dtype`, over all pairs of edges (and three in turn for select).
std::string compare_formulas(DType dtype, const std::function<bool(Pointwise)>& chosen, const char* file, int line) {
  const std::vector<double> numbers = edges(dtype);
  std::vector<double> x, y, z, condition;
  for (const double first : numbers) {
    for (const double second : numbers) {
      x.push_back(first);
      y.push_back(second);
      z.push_back(numbers[x.size() % numbers.size()]);
      condition.push_back(static_cast<double>(x.size() % 3 == 0));
    }
  }
  const Shape shape{static_cast<int64_t>(x.size())};
  const std::string type = type_text(dtype, shape), truth = type_text(DType::boolean, shape);
  Lines lines;
  const int operands[] = {lines.input(type), lines.input(type), lines.input(type), lines.input(truth)};
  for (int code = 0; code < kPointwiseCount; ++code) {
    const PointwiseInfo& info = kPointwise[code];
    if (!takes(info.operands, dtype) || !chosen(static_cast<Pointwise>(code))) continue;
    std::vector<int> list(operands, operands + info.arity);
    if (static_cast<Pointwise>(code) == Pointwise::select) list = {operands[3], operands[0], operands[1]};
    std::string attributes;
    if (*info.attributes[0] != 0) attributes = std::string(info.attributes[0]) + "=" + (*info.attributes[1] != 0 ? "-1.5" : "0.3");
    if (*info.attributes[1] != 0) attributes += std::string(", ") + info.attributes[1] + "=6";
    lines.returned(info.result == PointwiseResult::boolean ? truth : type, call(info.name, list, attributes));
  }
  const Program program = parse(lines.text());
  verify(program);
  const std::vector<Bytes> inputs = {bytes_of(dtype, x), bytes_of(dtype, y), bytes_of(dtype, z), bytes_of(DType::boolean, condition)};
  return compare_exactly(program, inputs, {}, file, line);
}

std::vector<DType> all_types() { return {std::begin(kDTypes), std::end(kDTypes)}; }

}  // namespace

TEST(every_formula_with_edge_values) {
  for (const DType dtype : all_types()) compare_formulas(dtype, [](Pointwise) { return true; }, __FILE__, __LINE__);
}

// Without the formulas that bring in the kernel of all formulas.
TEST(simple_formulas_with_edge_values) {
  const auto is_simple = [](Pointwise code) {
    static const Pointwise simple[] = {Pointwise::add, Pointwise::mul,  Pointwise::div,     Pointwise::relu, Pointwise::relu_backward,
                                       Pointwise::exp, Pointwise::sqrt, Pointwise::sigmoid, Pointwise::clip, Pointwise::less,
                                       Pointwise::tanh, Pointwise::select, Pointwise::maximum};
    return std::find(std::begin(simple), std::end(simple), code) != std::end(simple);
  };
  for (const DType dtype : all_types()) compare_formulas(dtype, is_simple, __FILE__, __LINE__);
}

TEST(casts_between_all_types) {
  for (const DType from : all_types()) {
    const std::vector<double> numbers = edges(from);
    const Shape shape{static_cast<int64_t>(numbers.size())};
    Lines lines;
    const int x = lines.input(type_text(from, shape));
    for (const DType to : all_types()) lines.returned(type_text(to, shape), call("cast", {x}));
    const Program program = parse(lines.text());
    verify(program);
    compare_exactly(program, {bytes_of(from, numbers)}, {}, __FILE__, __LINE__);
    for (const DType to : all_types()) {  // float64 elsewhere in a group takes another kernel
      Lines one;
      one.returned(type_text(to, shape), call("cast", {one.input(type_text(from, shape))}));
      compare_exactly(parse(one.text()), {bytes_of(from, numbers)}, {}, __FILE__, __LINE__);
    }
  }
}

// Operands that repeat along every set of axes, with innermost axes that fill a thread's lanes and that do not.
TEST(broadcasts_along_all_axes) {
  const Shape shapes[] = {{2, 3, 4, 8}, {3, 5, 7, 3}, {4, 1, 6, 4}, {130}, {5, 6}, {8, 1, 12}, {2, 2, 2, 2, 3}};
  for (const Shape& shape : shapes) {
    for (const DType dtype : {DType::f32, DType::u8, DType::f64, DType::bf16}) {
      Lines lines;
      const std::string type = type_text(dtype, shape);
      const int x = lines.input(type);
      for (size_t mask = 0; mask < size_t{1} << shape.size(); ++mask) {
        Shape smaller = shape;
        for (size_t axis = 0; axis < shape.size(); ++axis) smaller[axis] = (mask >> axis & 1) != 0 ? 1 : shape[axis];
        while (mask % 3 == 1 && !smaller.empty() && smaller.front() == 1) smaller.erase(smaller.begin());  // lower ranks as well
        const int y = lines.input(type_text(dtype, smaller));
        lines.returned(type, call("add", {x, y}));
        lines.returned(type, call("broadcast", {y}));
      }
      COMPARE_EXACTLY(lines.text());
    }
  }
  // No operand has the shape of the result.
  COMPARE_EXACTLY("program 1\n%0: f32[5,1,3] = input {name=\"x\"}\n%1: f32[4,1] = input {name=\"y\"}\n"
                  "%2: f32[5,4,3] = mul (%0, %1)\nreturn (%2)\n");
  COMPARE_EXACTLY("program 1\n%0: f32[] = input {name=\"x\"}\n%1: f32[1,1] = input {name=\"y\"}\n"
                  "%2: f32[1,1] = sub (%0, %1)\nreturn (%2)\n");
}

TEST(sizes_from_none_to_many_blocks) {
  for (const int64_t size : {0, 1, 2, 3, 4, 5, 511, 512, 513, 100001}) {
    Lines lines;
    const std::string type = type_text(DType::f32, {size});
    const int x = lines.input(type), y = lines.input(type);
    lines.returned(type, call("relu_backward", {x, y}));
    lines.returned(type, call("square", {y}));
    COMPARE_EXACTLY(lines.text());
  }
  // More blocks than a launch has: each goes round.
  COMPARE_EXACTLY("program 1\n%0: u8[1200,1000] = input {name=\"x\"}\n%1: f32[1000] = input {name=\"y\"}\n%2: f32[1200,1000] = cast (%0)\n"
                  "%3: f32[1200,1000] = add (%2, %1)\n%4: u8[1200,1000] = cast (%3)\nreturn (%4)\n");
}

TEST(indices_and_random_numbers) {
  for (const DType dtype : {DType::f32, DType::f64, DType::bf16, DType::f16}) {
    for (const Shape& shape : {Shape{7}, Shape{3, 5}, Shape{4, 8, 2}, Shape{2, 700}}) {
      Lines lines;
      const std::string type = type_text(dtype, shape);
      const int state = lines.input("i32[2]"), x = lines.input(type);
      const int uniform = lines.returned(type, call("random_uniform", {state}, "stream=3, low=-0.3, high=1.7"));
      const int normal = lines.returned(type, call("random_normal", {state}, "stream=4"));
      lines.returned(type, call("mul", {uniform, x}));
      lines.returned(type, call("add", {normal, uniform}));
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        const std::string attributes = "axis=" + std::to_string(axis);
        const int index = lines.returned(type, "iota {" + attributes + "}");
        lines.returned(type, call("add", {index, x}));
        lines.returned(type_text(DType::i32, shape), "iota {" + attributes + "}");
        lines.returned(type_text(DType::u8, shape), "iota {" + attributes + "}");
      }
      COMPARE_EXACTLY(lines.text());
    }
  }
  // Of a smaller shape than the group: the numbers are those of the smaller shape.
  COMPARE_EXACTLY("program 1\n%0: i32[2] = input {name=\"s\"}\n%1: f32[3,6] = input {name=\"x\"}\n"
                  "%2: f32[6] = random_uniform (%0) {stream=1, low=0, high=1}\n%3: f32[3,6] = add (%1, %2)\n"
                  "%4: f32[3,1] = iota {axis=0}\n%5: f32[3,6] = mul (%3, %4)\nreturn (%5)\n");
}

TEST(constants_of_every_type) {
  for (const DType dtype : all_types()) {
    Lines lines;
    const std::string type = type_text(dtype, {9});
    lines.returned(type, "fill {value=1}");
    if (is_float(dtype)) {
      for (const std::string value : {"-0", "NaN", "Infinity", "-Infinity", "0.1", "1e-41"}) {
        lines.returned(type, "fill {value=" + value + "}");
      }
    }
    const int x = lines.input(type), one = lines.add(type, "fill {value=1}");
    if (dtype != DType::boolean) lines.returned(type, call("div", {x, one}));
    lines.returned(type_text(DType::boolean, {9}), dtype == DType::boolean ? call("logical_or", {x, one}) : call("equal", {x, one}));
    COMPARE_EXACTLY(lines.text());
  }
}

// More values than the slots of the small kernels hold.
TEST(many_values_at_a_time) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const int count : {3, 6, 14, 40}) {
      Lines lines;
      const std::string type = type_text(dtype, {37});
      std::vector<int> values = {lines.input(type)};
      const int other = lines.input(type);
      for (int i = 1; i < count; ++i) values.push_back(lines.add(type, call(i % 2 == 0 ? "add" : "mul", {values.back(), other})));
      int total = values.back();
      for (int i = count - 1; i-- > 0;) {
        total = lines.add(type, call(i % 3 == 0 ? "maximum" : "sub", {total, values[static_cast<size_t>(i)]}));
      }
      lines.returned(type, call("neg", {total}));
      COMPARE_EXACTLY(lines.text());
    }
  }
}

// Updates are written where the old values lie: these must all have been read.
TEST(updates_in_place) {
  Lines lines;
  const std::string type = "f32[70]";
  const int gradient = lines.input(type), weight = lines.variable(type), momentum = lines.variable(type);
  const int faded = lines.add(type, call("mul", {momentum, lines.add("f32[]", "fill {value=0.9}")}));
  const int moved = lines.add(type, call("add", {faded, gradient}));
  const int ahead = lines.add(type, call("add", {moved, momentum}));  // reads the old momentum after the new one is known
  lines.update(0, lines.add(type, call("sub", {weight, ahead})));
  lines.update(1, moved);
  lines.returned(type, call("mul", {weight, momentum}));
  COMPARE_EXACTLY(lines.text());
}

// As an optimizer does it: one launch for parameters of all sizes.
TEST(independent_groups_share_a_launch) {
  Lines lines;
  const int rate = lines.input("f32[]");
  int variable = 0;
  for (const Shape& shape : {Shape{3, 3, 3, 16}, Shape{16}, Shape{}, Shape{700, 10}, Shape{10}, Shape{0, 4}, Shape{1}}) {
    const std::string type = type_text(DType::f32, shape);
    const int gradient = lines.input(type), weight = lines.variable(type), square = lines.variable(type);
    const int mean = lines.add(type, call("add", {square, lines.add(type, call("square", {gradient}))}));
    const int root = lines.add(type, call("sqrt", {mean}));
    const int change = lines.add(type, call("div", {lines.add(type, call("mul", {gradient, rate})), root}));
    lines.update(variable++, lines.add(type, call("sub", {weight, change})));
    lines.update(variable++, mean);
  }
  const std::string names = COMPARE_EXACTLY(lines.text());
  CHECK_EQUAL(names.substr(0, names.find('[')), std::string("7 pointwise groups "));
  CHECK_EQUAL(std::count(names.begin(), names.end(), ';'), 1);
}

TEST(groups_of_different_kernels_in_one_step) {
  Lines lines;
  for (const char* type : {"f32[5]", "f64[6]", "bf16[7]", "i32[8]"}) {
    const int x = lines.input(type);
    lines.returned(type, call("square", {x}));
    if (type[0] != 'i') lines.returned(type, call("sin", {lines.add(type, call("neg", {x}))}));
  }
  COMPARE_EXACTLY(lines.text());
}

TEST(random_programs) {
  for (uint32_t seed = 1; seed <= 150; ++seed) {
    const int before = failures;
    compare_exactly(ProgramWriter(seed, seed % 2 == 0).write(), seed, __FILE__, __LINE__);
    if (failures != before) fail(__FILE__, __LINE__, "seed " + std::to_string(seed));
  }
}

}  // namespace laminet::test
