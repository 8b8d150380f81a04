// Every op of OPS.md on the cpu plugin against the reference kernels, over channel counts that fill blocks and that do not.
#include "two_devices.h"

namespace laminet::test {
namespace {

std::string shape_list(const Shape& shape) {
  std::string text;
  for (size_t axis = 0; axis < shape.size(); ++axis) text += (axis == 0 ? "" : ",") + std::to_string(shape[axis]);
  return text;
}

std::string f32(const Shape& shape) { return "f32[" + shape_list(shape) + "]"; }

// One op on inputs of these types.
std::string one(const std::vector<std::string>& operands, const std::vector<std::string>& results, const std::string& op,
                const std::string& attributes = "") {
  std::string text = "program 1\n", list, names;
  int value = 0;
  for (const std::string& type : operands) {
    text += "%" + std::to_string(value) + ": " + type + " = input {name=\"x" + std::to_string(value) + "\"}\n";
    list += (value == 0 ? "%" : ", %") + std::to_string(value);
    ++value;
  }
  for (const std::string& type : results) {
    text += (names.empty() ? "%" : ", %") + std::to_string(value) + ": " + type;
    names += (names.empty() ? "%" : ", %") + std::to_string(value++);
  }
  return text + " = " + op + (operands.empty() ? "" : " (" + list + ")") + (attributes.empty() ? "" : " {" + attributes + "}") + "\nreturn (" +
         names + ")\n";
}

struct Conv {
  int64_t batch, height, width, in, out, kernel, stride, dilation, groups;
  std::string padding;
  int64_t output(int64_t size) const {
    const int64_t extent = (kernel - 1) * dilation + 1;
    if (padding == "\"same\"") return (size + stride - 1) / stride;
    return padding == "\"valid\"" ? (size - extent) / stride + 1 : (size + 3 - extent) / stride + 1;  // [1,2,1,2]
  }
};

void compare_convolutions(const Conv& c) {
  const std::string x = f32({c.batch, c.height, c.width, c.in}), k = f32({c.kernel, c.kernel, c.in / c.groups, c.out});
  const std::string y = f32({c.batch, c.output(c.height), c.output(c.width), c.out});
  const auto pair = [](int64_t value) { return "[" + std::to_string(value) + "," + std::to_string(value) + "]"; };
  const std::string attributes = "strides=" + pair(c.stride) + ", padding=" + c.padding + ", dilations=" + pair(c.dilation) +
                                 ", groups=" + std::to_string(c.groups);
  COMPARE(one({x, k}, {y}, "conv2d", attributes));
  COMPARE(one({k, y}, {x}, "conv2d_backward_input", attributes));
  COMPARE(one({x, y}, {k}, "conv2d_backward_kernel", attributes));
}

}  // namespace

TEST(convolutions) {
  for (const int64_t in : {1, 3, 8, 16, 48})
    for (const int64_t out : {1, 10, 16, 32}) compare_convolutions({2, 9, 8, in, out, 3, 1, 1, 1, "\"same\""});
  for (const std::string padding : {"\"same\"", "\"valid\"", "[1,2,1,2]"})
    for (const int64_t stride : {1, 2}) {
      compare_convolutions({3, 10, 7, 16, 16, 3, stride, 1, 1, padding});
      compare_convolutions({3, 10, 9, 5, 7, 4, stride, 1, 1, padding});
      compare_convolutions({2, 11, 12, 16, 32, 3, stride, 2, 1, padding});
      compare_convolutions({2, 8, 8, 32, 16, 1, stride, 1, 1, padding});
    }
}

TEST(grouped_convolutions) {
  for (const int64_t channels : {16, 32, 6})
    for (const int64_t stride : {1, 2}) {
      compare_convolutions({2, 9, 9, channels, channels, 3, stride, 1, channels, "\"same\""});
      compare_convolutions({2, 9, 9, channels, channels * 2, 3, stride, 1, 2, "\"valid\""});
      compare_convolutions({2, 9, 9, channels, channels * 2, 3, stride, 1, channels, "\"same\""});
    }
}

TEST(winograd_sized_convolutions) { compare_convolutions({4, 14, 14, 64, 64, 3, 1, 1, 1, "\"same\""}); }

TEST(products) {
  const auto flags = [](bool a, bool b) {
    return std::string("transposeA=") + (a ? "true" : "false") + ", transposeB=" + (b ? "true" : "false");
  };
  for (const bool a : {false, true})
    for (const bool b : {false, true})
      for (const auto& [m, k, n] : {std::tuple{4, 7, 5}, std::tuple{32, 64, 48}, std::tuple{1, 8, 1}}) {
        const Shape left = a ? Shape{k, m} : Shape{m, k}, right = b ? Shape{n, k} : Shape{k, n};
        COMPARE(one({f32(left), f32(right)}, {f32({m, n})}, "matmul", flags(a, b)));
        const auto batched = [](Shape shape) {
          shape.insert(shape.begin(), {2, 3});
          return f32(shape);
        };
        COMPARE(one({batched(left), batched(right)}, {batched({m, n})}, "matmul", flags(a, b)));
      }
}

TEST(pooling) {
  for (const int64_t channels : {1, 3, 8, 16, 48})
    for (const std::string padding : {"\"same\"", "\"valid\"", "[1,0,0,1]"})
      for (const auto& [size, stride] : {std::pair{2, 2}, std::pair{3, 2}, std::pair{3, 1}}) {
        const auto out = [&](int64_t extent) {
          return padding == "\"same\"" ? (extent + stride - 1) / stride : (extent + (padding == "\"valid\"" ? 0 : 1) - size) / stride + 1;
        };
        const std::string x = f32({2, 9, 7, channels}), y = f32({2, out(9), out(7), channels});
        const std::string pool = "poolSize=[" + std::to_string(size) + "," + std::to_string(size) + "], strides=[" + std::to_string(stride) +
                                 "," + std::to_string(stride) + "], padding=" + padding;
        COMPARE(one({x}, {y}, "max_pool2d", pool));
        COMPARE(one({x}, {y}, "avg_pool2d", pool));
        COMPARE(one({y}, {x}, "avg_pool2d_backward", pool));
        COMPARE("program 1\n%0: " + x + " = input {name=\"x\"}\n%1: " + y + " = input {name=\"dy\"}\n%2: " + x + " = relu (%0)\n%3: " + y +
                " = max_pool2d (%2) {" + pool + "}\n%4: " + x + " = max_pool2d_backward (%2, %3, %1) {" + pool + "}\n%5: " + x +
                " = relu_backward (%2, %4)\nreturn (%3, %5)\n");
      }
  COMPARE("program 1\n%0: f32[2,4,4,16] = input {name=\"x\"}\n%1: f32[2,2,2,16] = max_pool2d (%0) {poolSize=[2,2], strides=[2,2], "
          "padding=\"valid\"}\n%2: f32[2,2,2,16] = square (%1)\n%3: f32[2,4,4,16] = max_pool2d_backward (%0, %1, %2) {poolSize=[2,2], "
          "strides=[2,2], padding=\"valid\"}\nreturn (%3)\n");
}

TEST(batch_norms) {
  for (const int64_t channels : {1, 3, 8, 16, 48, 10})
    for (const Shape& lead : {Shape{4, 5, 6}, Shape{32}, Shape{3, 7}}) {
      Shape shape = lead;
      shape.push_back(channels);
      const std::string x = f32(shape), c = f32({channels});
      COMPARE(one({x, c, c}, {x, c, c}, "batch_norm", "epsilon=0.001"));
      COMPARE("program 1\n%0: " + x + " = input {name=\"x\"}\n%1: " + c + " = input {name=\"g\"}\n%2: " + c + " = input {name=\"b\"}\n%3: " + x +
              " = input {name=\"dy\"}\n%4: " + x + ", %5: " + c + ", %6: " + c + " = batch_norm (%0, %1, %2) {epsilon=0.001}\n%7: " + x +
              " = leaky_relu (%4) {alpha=0.3}\n%8: " + x + " = leaky_relu_backward (%7, %3) {alpha=0.3}\n%9: " + x + ", %10: " + c + ", %11: " +
              c + " = batch_norm_backward (%0, %1, %2, %5, %6, %8) {epsilon=0.001}\nreturn (%7, %9, %10, %11)\n");
    }
}

TEST(reductions) {
  for (const char* op : {"sum", "prod", "max", "min"})
    for (const char* axes : {"0", "1,2", "3", "0,1,2", "0,1,2,3", "0,3", ""}) {
      Shape kept{1, 1, 1, 1}, shape{3, 4, 5, 6}, removed;
      const std::string list = std::string(",") + axes + ",";
      for (int axis = 0; axis < 4; ++axis) {
        if (list.find("," + std::to_string(axis) + ",") != std::string::npos) continue;
        kept[axis] = shape[axis];
        removed.push_back(shape[axis]);
      }
      COMPARE(one({f32(shape)}, {f32(removed)}, op, std::string("axes=[") + axes + "], keepDims=false"));
      COMPARE(one({f32(shape)}, {f32(kept)}, op, std::string("axes=[") + axes + "], keepDims=true"));
    }
  for (const char* op : {"arg_max", "arg_min"}) {
    COMPARE(one({"f32[4,5,6]"}, {"i32[4,6]"}, op, "axis=1"));
    COMPARE(one({"f32[4,5]"}, {"i32[4]"}, op, "axis=1"));
  }
  for (const char* op : {"softmax", "log_softmax"}) COMPARE(one({"f32[7,10]"}, {"f32[7,10]"}, op));
  COMPARE(one({"i32[4,5]"}, {"i32[5]"}, "sum", "axes=[0], keepDims=false"));
}

TEST(movements) {
  for (const std::string t : {"f32", "f64", "i32", "u8", "bool"}) {
    COMPARE(one({t + "[3,4,5]"}, {t + "[5,3,4]"}, "transpose", "permutation=[2,0,1]"));
    COMPARE(one({t + "[6,7]"}, {t + "[2,3]"}, "slice", "begin=[1,2], size=[2,3], strides=[2,2]"));
    COMPARE(one({t + "[4,5]"}, {t + "[4,5]"}, "reverse", "axes=[0,1]"));
    COMPARE(one({t + "[2,3]", t + "[2,1]", t + "[2,4]"}, {t + "[2,8]"}, "concat", "axis=1"));
    COMPARE(one({t + "[2,12]"}, {t + "[4,6]"}, "reshape"));
    COMPARE(one({t + "[5,2]", "i32[4]"}, {t + "[4,2]"}, "gather", "axis=0"));
    COMPARE(one({t + "[2,5,3]", "i32[2,2]"}, {t + "[2,2,2,3]"}, "gather", "axis=1"));
    COMPARE(one({t + "[5,1]"}, {t + "[2,5,3]"}, "broadcast"));
  }
  COMPARE(one({"f32[3,4]"}, {"f32[6,9]"}, "pad", "before=[1,0], after=[2,2], interior=[0,1], value=7"));
  COMPARE(one({"f32[5,6]"}, {"f32[3,5]"}, "pad", "before=[-1,1], after=[-1,-2], interior=[0,0], value=0"));
  COMPARE(one({"f32[5,6]"}, {"f32[7,9]"}, "pad", "before=[-1,1], after=[-1,-3], interior=[1,1], value=-Infinity"));
  COMPARE(one({"i32[2,2]"}, {"i32[3,4]"}, "pad", "before=[1,1], after=[0,1], interior=[0,0], value=-3"));
  COMPARE(one({"f32[4,5,6,3]"}, {"f32[4,7,8,3]"}, "mirror_pad", "before=[0,1,1,0], after=[0,1,1,0]"));
  COMPARE(one({"i32[4]", "f32[4,2]"}, {"f32[5,2]"}, "scatter_add", "axis=0"));
}

TEST(other_types) {
  COMPARE(one({"f64[2,5,5,3]", "f64[3,3,3,4]"}, {"f64[2,5,5,4]"}, "conv2d", "strides=[1,1], padding=\"same\", dilations=[1,1], groups=1"));
  COMPARE(one({"f64[4,5]", "f64[5,3]"}, {"f64[4,3]"}, "matmul", "transposeA=false, transposeB=false"));
  COMPARE(one({"f64[3,4]", "f64[4]"}, {"f64[3,4]"}, "add"));
  COMPARE(one({"f64[3,4]"}, {"f64[3]"}, "sum", "axes=[1], keepDims=false"));
  COMPARE(one({"u8[3,4]"}, {"f32[3,4]"}, "cast"));
  COMPARE(one({"i32[2]"}, {"f32[3,50]"}, "random_uniform", "stream=1, low=0, high=1"));
  COMPARE(one({"i32[2]"}, {"f32[3,50]"}, "random_normal", "stream=1"));
}

TEST(floats_of_16_bits) {
  for (const std::string t : {"bf16", "f16"}) {
    COMPARE(one({t + "[2,5,5,3]", t + "[3,3,3,4]"}, {t + "[2,5,5,4]"}, "conv2d", "strides=[1,1], padding=\"same\", dilations=[1,1], groups=1"));
    COMPARE(one({t + "[4,5]", t + "[5,3]"}, {t + "[4,3]"}, "matmul", "transposeA=false, transposeB=false"));
    COMPARE(one({t + "[3,4]", t + "[4]"}, {t + "[3,4]"}, "add"));
    COMPARE(one({t + "[3,4]"}, {t + "[3]"}, "sum", "axes=[1], keepDims=false"));
    COMPARE(one({t + "[3,4]"}, {t + "[4,3]"}, "transpose", "permutation=[1,0]"));
    COMPARE(one({t + "[3,4]"}, {t + "[6,9]"}, "pad", "before=[1,0], after=[2,2], interior=[0,1], value=7"));
    COMPARE(one({"i32[2]"}, {t + "[3,50]"}, "random_uniform", "stream=1, low=0, high=1"));
    // Between instructions of float32, as layers of mixed precision are: those keep their kernels, these go to the reference's.
    COMPARE("program 1\n%0: f32[2,8,8,3] = input {name=\"x\"}\n%1: f32[3,3,3,8] = variable {index=0, name=\"kernel\"}\n"
            "%2: " + t + "[2,8,8,3] = cast (%0)\n%3: " + t + "[3,3,3,8] = cast (%1)\n"
            "%4: " + t + "[2,8,8,8] = conv2d (%2, %3) {strides=[1,1], padding=\"same\", dilations=[1,1], groups=1}\n"
            "%5: " + t + "[2,8,8,8] = relu (%4)\n%6: f32[2,8,8,8] = cast (%5)\n%7: f32[2,8,8,8] = square (%6)\n"
            "%8: f32[3,3,3,8] = add (%1, %1)\nupdate 0 = %8\nreturn (%7, %5)\n");
  }
}

TEST(empty_tensors) {
  COMPARE(one({"f32[0,4]", "f32[4]"}, {"f32[0,4]"}, "add"));
  COMPARE(one({"f32[0,4]"}, {"f32[4]"}, "sum", "axes=[0], keepDims=false"));
  COMPARE(one({"f32[0,4,4,3]", "f32[3,3,3,8]"}, {"f32[0,4,4,8]"}, "conv2d", "strides=[1,1], padding=\"same\", dilations=[1,1], groups=1"));
  COMPARE(one({"f32[0,4]", "f32[4,2]"}, {"f32[0,2]"}, "matmul", "transposeA=false, transposeB=false"));
}

}  // namespace laminet::test
