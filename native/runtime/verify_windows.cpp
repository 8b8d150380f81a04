// Convolution, pooling and batch normalisation.
#include "geometry.h"
#include "verify_rules.h"

namespace laminet {

namespace {

void window_attributes(const Check& check, bool convolves) {
  check.list("strides", 2, 1);
  if (convolves) {
    check.list("dilations", 2, 1);
  } else {
    check.list("poolSize", 2, 1);
  }
  check.require(check.instruction().has("padding"), "an attribute 'padding'");
  if (std::holds_alternative<std::vector<int64_t>>(check.instruction().attributes.at("padding"))) {
    check.list("padding", 4, 0);
  } else {
    const std::string& padding = check.instruction().text("padding");
    check.require(padding == "same" || padding == "valid", "'padding' to be \"same\", \"valid\" or four integers");
  }
}

// The relation between the image, the kernel and the output of a convolution, whichever of them is the result.
void convolution(const Check& check, const Type& x, const Type& kernel, const Type& y) {
  window_attributes(check, true);
  check.floats(x, "an image");
  check.require(x.dtype == kernel.dtype && x.dtype == y.dtype, "one type");
  check.require(x.shape.size() == 4 && kernel.shape.size() == 4, "4 axes");
  const auto groups = static_cast<int64_t>(check.instruction().number("groups"));
  check.require(groups >= 1 && kernel.shape[2] * groups == x.shape[3] && kernel.shape[3] % groups == 0, "channels that fit the groups");
  const WindowGeometry window = conv_geometry(check.instruction(), x.shape, kernel.shape);
  check.type_is(y, "an output", x.dtype, {x.shape[0], window.rows.output, window.columns.output, kernel.shape[3]});
}

void pooling(const Check& check, const Type& x, const Type& y) {
  window_attributes(check, false);
  check.floats(x, "an image");
  check.require(x.shape.size() == 4, "4 axes");
  const WindowGeometry window = pool_geometry(check.instruction(), x.shape);
  check.type_is(y, "an output", x.dtype, {x.shape[0], window.rows.output, window.columns.output, x.shape[3]});
}

void same_type(const Check& check, const Type& type, const char* who, const Type& as) { check.type_is(type, who, as.dtype, as.shape); }

// x, gamma, beta (and mean, variance, dy) and one result like x: the operands from 1 to `vectors` have one number a channel.
void normalisation(const Check& check, size_t vectors) {
  const Type& x = check.operand(0);
  check.floats(x, "x");
  check.require(!x.shape.empty(), "x with channels");
  for (size_t position = 1; position <= vectors; ++position) {
    check.type_is(check.operand(position), "a channel vector", x.dtype, {x.shape.back()});
  }
  same_type(check, check.result(0), "the first result", x);
  check.type_is(check.result(1), "the second result", x.dtype, {x.shape.back()});
  check.type_is(check.result(2), "the third result", x.dtype, {x.shape.back()});
  check.instruction().number("epsilon");
}

}  // namespace

void add_window_rules(Rules& rules) {
  rules["conv2d"] = [](const Check& check) {
    check.counts(2);
    convolution(check, check.operand(0), check.operand(1), check.result());
  };
  rules["conv2d_backward_input"] = [](const Check& check) {
    check.counts(2);
    convolution(check, check.result(), check.operand(0), check.operand(1));
  };
  rules["conv2d_backward_kernel"] = [](const Check& check) {
    check.counts(2);
    convolution(check, check.operand(0), check.result(), check.operand(1));
  };
  for (const char* op : {"max_pool2d", "avg_pool2d"}) {
    rules[op] = [](const Check& check) {
      check.counts(1);
      pooling(check, check.operand(0), check.result());
    };
  }
  rules["max_pool2d_backward"] = [](const Check& check) {
    check.counts(3);
    pooling(check, check.operand(0), check.operand(1));
    same_type(check, check.operand(2), "dy", check.operand(1));
    same_type(check, check.result(), "a result", check.operand(0));
  };
  rules["avg_pool2d_backward"] = [](const Check& check) {
    check.counts(1);
    pooling(check, check.result(), check.operand(0));
  };
  rules["batch_norm"] = [](const Check& check) {
    check.counts(3, 3);
    normalisation(check, 2);
  };
  rules["batch_norm_backward"] = [](const Check& check) {
    check.counts(6, 3);
    normalisation(check, 4);
    same_type(check, check.operand(5), "dy", check.operand(0));
  };
}

}  // namespace laminet
