// What the verifier accepts and refuses: one valid example an op, and broken ones.
#include "runtime/verify.h"

#include "check.h"
#include "runtime/parse.h"

using namespace laminet;
using namespace laminet::test;

namespace {

// The error of the program "lines; return ()", or "".
std::string failure(const std::string& lines) {
  try {
    verify(parse("program 1\n" + lines + "\nreturn ()\n"));
  } catch (const Error& error) {
    return error.code() + " " + error.what();
  }
  return "";
}

// One instruction on inputs of the given types: "f32[2]", "f32[3]" -> "result = op (%0, %1) {...}".
std::string failure_of(const std::vector<std::string>& operands, const std::string& results, const std::string& call) {
  std::string lines;
  std::string names;
  int count = 0;
  for (const std::string& type : operands) {
    names += (names.empty() ? "%" : ", %") + std::to_string(count);
    lines += "%" + std::to_string(count++) + ": " + type + " = input\n";
  }
  std::string defined;
  for (size_t start = 0; start < results.size();) {
    const size_t end = std::min(results.find(' ', start), results.size());
    defined += (defined.empty() ? "%" : ", %") + std::to_string(count++) + ": " + results.substr(start, end - start);
    start = end + 1;
  }
  const size_t space = std::min(call.find(' '), call.size());
  return failure(lines + defined + " = " + call.substr(0, space) + (names.empty() ? "" : " (" + names + ")") + call.substr(space));
}

void accepts(const std::vector<std::string>& operands, const std::string& results, const std::string& call) {
  CHECK_EQUAL(failure_of(operands, results, call), std::string());
}

// `words` is a part of the message.
void refuses(const std::vector<std::string>& operands, const std::string& results, const std::string& call, const std::string& words) {
  const std::string message = failure_of(operands, results, call);
  if (message.find(words) == std::string::npos) CHECK_EQUAL(call + ": " + message, words);
}

const std::string kConv = " {strides=[1,1], padding=\"same\", dilations=[1,1], groups=1}";
const std::string kPool = " {poolSize=[2,2], strides=[2,2], padding=\"valid\"}";

}  // namespace

TEST(message) {
  CHECK_EQUAL(failure("%0: f32[2,3] = input\n%1: f32[3,2] = transpose (%0) {permutation=[0,1]} @permute"),
              std::string("INTERNAL transpose (%1, layer 'permute'): program line 3: expected a result of type f32[2,3]; "
                          "received (f32[2,3]) -> f32[3,2]"));
}

TEST(sources) {
  accepts({}, "f32[2]", "fill {value=NaN}");
  accepts({}, "i32[2,3]", "iota {axis=1}");
  accepts({"i32[2]"}, "f64[5]", "random_uniform {stream=0, low=0, high=1}");
  accepts({"i32[2]"}, "f32[5]", "random_normal {stream=3}");
  refuses({}, "f32[2]", "fill", "attribute 'value' is missing (program line 2)");
  refuses({}, "i32[2]", "iota {axis=1}", "'axis' to be an axis");
  refuses({"f32[2]"}, "f32[5]", "random_normal {stream=3}", "the state of type i32[2]");
  refuses({}, "f32[2]", "nonsense", "an op of native/OPS.md");
}

TEST(pointwise) {
  accepts({"f32[2,1]", "f32[3]"}, "f32[2,3]", "add");
  accepts({"f64[2]"}, "bool[2]", "is_nan");
  accepts({"bool[2]", "u8[1]", "u8[2]"}, "u8[2]", "select");
  accepts({"i32[3]"}, "bool[2,3]", "cast");
  accepts({"bool[3]"}, "bool[2,3]", "broadcast");
  accepts({"i32[3]"}, "i32[3]", "clip {min=0, max=Infinity}");
  refuses({"f32[2]", "f32[3]"}, "f32[3]", "add", "operands that broadcast to the result");
  refuses({"f32[3]", "f64[3]"}, "f32[3]", "add", "operands of one type");
  refuses({"bool[3]", "bool[3]"}, "bool[3]", "add", "a numeric type");
  refuses({"u8[3]"}, "u8[3]", "neg", "f32, f64, bf16, f16 or i32");
  refuses({"i32[3]"}, "i32[3]", "exp", "f32, f64, bf16 or f16");
  refuses({"f32[3]"}, "f32[3]", "is_nan", "a result of type bool");
  refuses({"f32[3]"}, "f32[3]", "leaky_relu", "attribute 'alpha' is missing");
  refuses({"f32[3]"}, "f32[3]", "add", "2 operands");
  refuses({"f32[3]", "f32[3]", "f32[3]"}, "f32[3]", "select", "a condition of type bool");
}

TEST(reductions) {
  accepts({"f32[2,3,4]"}, "f32[3]", "sum {axes=[0,2], keepDims=false}");
  accepts({"f32[2,3,4]"}, "f32[1,3,1]", "max {axes=[0,2], keepDims=true}");
  accepts({"u8[2,3]"}, "i32[2]", "arg_max {axis=1}");
  accepts({"f32[2,3]"}, "f32[2,3]", "softmax");
  refuses({"f32[2,3,4]"}, "f32[3]", "sum {axes=[2,0], keepDims=false}", "'axes' to be ascending axes");
  refuses({"f32[2,3,4]"}, "f32[3,4]", "sum {axes=[1], keepDims=false}", "a result of type f32[2,4]");
  refuses({"bool[2]"}, "bool[]", "sum {axes=[0], keepDims=false}", "a numeric type");
  refuses({"f32[]"}, "f32[]", "softmax", "a last axis");
}

TEST(shapes) {
  accepts({"i32[2,3]"}, "i32[6]", "reshape");
  accepts({"f32[2,3]"}, "f32[3,2]", "transpose {permutation=[1,0]}");
  accepts({"f32[2,3]", "f32[2,1]"}, "f32[2,4]", "concat {axis=1}");
  accepts({"f32[5,4]"}, "f32[2,4]", "slice {begin=[1,0], size=[2,4], strides=[3,1]}");
  accepts({"f32[3,2]"}, "f32[7,1]", "pad {before=[1,-1], after=[1,0], interior=[1,0], value=0}");
  accepts({"f32[3,2]"}, "f32[7,2]", "mirror_pad {before=[2,0], after=[2,0]}");
  accepts({"f32[3,2]"}, "f32[3,2]", "reverse {axes=[1]}");
  accepts({"f32[5,2]", "i32[3,4]"}, "f32[3,4,2]", "gather {axis=0}");
  accepts({"i32[3]", "f32[2,3]"}, "f32[2,9]", "scatter_add {axis=1}");
  refuses({"i32[2,3]"}, "i32[5]", "reshape", "as many elements");
  refuses({"f32[2,3]"}, "f32[3,2]", "transpose {permutation=[1,1]}", "every axis once");
  refuses({"f32[2,3]", "f32[3,1]"}, "f32[2,4]", "concat {axis=1}", "differ on the axis alone");
  refuses({"f32[5]"}, "f32[2]", "slice {begin=[2], size=[2], strides=[3]}", "a slice inside the operand");
  refuses({"f32[3]"}, "f32[4]", "pad {before=[1], after=[1], interior=[0], value=0}", "a result of type f32[5]");
  refuses({"f32[3]"}, "f32[6]", "mirror_pad {before=[3], after=[0]}", "a margin smaller than the operand");
  refuses({"f32[5,2]", "f32[3]"}, "f32[3,2]", "gather {axis=0}", "indices of type i32");
  refuses({"i32[3]", "f32[2,4]"}, "f32[2,9]", "scatter_add {axis=1}", "updates of type f32[2,3]");
}

TEST(matmul) {
  accepts({"f32[2,3]", "f32[3,4]"}, "f32[2,4]", "matmul {transposeA=false, transposeB=false}");
  accepts({"f64[5,3,2]", "f64[5,4,3]"}, "f64[5,2,4]", "matmul {transposeA=true, transposeB=true}");
  refuses({"f32[2,3]", "f32[4,3]"}, "f32[2,4]", "matmul {transposeA=false, transposeB=false}", "equal inner sizes");
  refuses({"f32[5,2,3]", "f32[6,3,4]"}, "f32[5,2,4]", "matmul {transposeA=false, transposeB=false}", "equal leading axes");
}

TEST(convolution) {
  accepts({"f32[2,5,5,3]", "f32[3,3,3,8]"}, "f32[2,5,5,8]", "conv2d" + kConv);
  accepts({"f32[3,3,3,8]", "f32[2,5,5,8]"}, "f32[2,5,5,3]", "conv2d_backward_input" + kConv);
  accepts({"f32[2,5,5,3]", "f32[2,5,5,8]"}, "f32[3,3,3,8]", "conv2d_backward_kernel" + kConv);
  accepts({"f32[2,7,6,4]", "f32[3,2,2,6]"}, "f32[2,4,5,6]", "conv2d {strides=[2,1], padding=[1,1,0,0], dilations=[1,1], groups=2}");
  refuses({"f32[2,5,5,4]", "f32[3,3,3,8]"}, "f32[2,5,5,8]", "conv2d" + kConv, "channels that fit the groups");
  refuses({"f32[2,5,5,3]", "f32[3,3,3,8]"}, "f32[2,3,3,8]", "conv2d" + kConv, "an output of type f32[2,5,5,8]");
  refuses({"f32[2,5,5,3]", "f32[3,3,3,8]"}, "f32[2,5,5,8]", "conv2d {strides=[1,1], dilations=[1,1], groups=1}", "an attribute 'padding'");
  refuses({"f32[2,5,5,3]", "f32[3,3,3,8]"}, "f32[2,5,5,8]",
          "conv2d {strides=[0,1], padding=\"same\", dilations=[1,1], groups=1}", "'strides' to be 2 integers of at least 1");
}

TEST(pooling_and_normalisation) {
  accepts({"f32[2,5,4,3]"}, "f32[2,2,2,3]", "max_pool2d" + kPool);
  accepts({"f32[2,5,4,3]", "f32[2,2,2,3]", "f32[2,2,2,3]"}, "f32[2,5,4,3]", "max_pool2d_backward" + kPool);
  accepts({"f32[2,2,2,3]"}, "f32[2,5,4,3]", "avg_pool2d_backward" + kPool);
  accepts({"f32[2,5,3]", "f32[3]", "f32[3]"}, "f32[2,5,3] f32[3] f32[3]", "batch_norm {epsilon=0.001}");
  accepts({"f32[2,3]", "f32[3]", "f32[3]", "f32[3]", "f32[3]", "f32[2,3]"}, "f32[2,3] f32[3] f32[3]", "batch_norm_backward {epsilon=1}");
  refuses({"f32[2,5,4,3]"}, "f32[2,3,2,3]", "avg_pool2d" + kPool, "an output of type f32[2,2,2,3]");
  refuses({"f32[2,5,3]", "f32[5]", "f32[3]"}, "f32[2,5,3] f32[3] f32[3]", "batch_norm {epsilon=0.001}", "a channel vector of type f32[3]");
}

TEST(updates) {
  const std::string variable = "%0: f32[2] = variable {index=0}\n%1: f32[3] = fill {value=0}\n%2: f32[2] = fill {value=0}\n";
  CHECK_EQUAL(failure(variable + "update 0 = %2"), std::string());
  CHECK_EQUAL(failure(variable + "update 0 = %1"), std::string("INTERNAL update 0: expected f32[2], received f32[3]"));
  CHECK_EQUAL(failure(variable + "update 0 = %2\nupdate 0 = %2"), std::string("INTERNAL update 0: expected one update a variable"));
}

TEST(sizes) {
  CHECK_EQUAL(failure("%0: f32[0,9223372036854775807,9] = input"), std::string());
  CHECK_EQUAL(failure("%0: f64[4294967296,4294967296] = fill {value=0}"),
              std::string("OUT_OF_MEMORY fill (%0): out of memory: a tensor [4294967296, 4294967296] of f64 is larger than any memory"));
  CHECK(failure("%0: f32[-1] = input").find("no negative sizes") != std::string::npos);
}
