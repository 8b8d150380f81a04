// Writes the listing of a whole training step (forward, loss, backward, Adam) of a small convolutional network, as the TypeScript side
// traces it: for tests and timings without Node.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "runtime/geometry.h"
#include "runtime/program.h"

namespace laminet::tools {

// The initial contents of a variable: `deviation` of random numbers, else `value` everywhere.
struct VariableStart {
  double deviation = 0;
  double value = 0;
};

class TrainingListing {
 public:
  TrainingListing(const Shape& image, int classes) : classes_(classes) {
    current_ = emit(image, "input", {}, "name=\"x\"");
    labels_ = emit({image[0]}, "input", {}, "name=\"labels\"", "i32");
    state_variable_ = static_cast<int>(starts_.size());
    state_ = variable({2}, {.value = 7}, "random", "i32");
  }

  TrainingListing(const TrainingListing&) = delete;  // its closures know its address

  // The layers, in order.
  void conv(int filters, int kernel, int stride, const std::string& padding, const std::string& activation = "", int groups = 1);
  void batch_norm();
  void activation(const std::string& op);
  void max_pool(int size, int stride, const std::string& padding = "valid");
  void average_pool(int size, const std::string& padding = "valid");
  void global_average();
  void flatten();
  void dense(int units, const std::string& activation = "");
  void dropout(double rate);
  void residual_begin() { skips_.push_back({current_, std::make_shared<int>(-1)}); backward_.push_back(join(skips_.back().second)); }
  void residual_end();

  // The forward pass alone, returning the scores. Before training().
  std::string inference() const { return finished(text_, "", current_); }
  // Softmax cross-entropy and Adam on top; returns the loss.
  std::string training();
  const std::vector<VariableStart>& variables() const { return starts_; }

 private:
  struct Weight {
    int value, variable;
  };
  using Backward = std::function<int(int)>;  // gradient of the result -> gradient of the operand

  static std::string type_text(const std::string& dtype, const Shape& shape) {
    std::string text = dtype + "[";
    for (size_t axis = 0; axis < shape.size(); ++axis) text += (axis == 0 ? "" : ",") + std::to_string(shape[axis]);
    return text + "]";
  }
  static std::string number(double value) {
    std::ostringstream text;
    text.precision(17);
    text << value;
    return text.str();
  }

  std::vector<int> emit_many(const std::vector<Shape>& shapes, const std::string& op, const std::vector<int>& operands,
                             const std::string& attributes, const std::string& dtype = "f32") {
    std::vector<int> results;
    for (const Shape& each : shapes) {
      text_ += (results.empty() ? "%" : ", %") + std::to_string(shapes_.size()) + ": " + type_text(dtype, each);
      results.push_back(static_cast<int>(shapes_.size()));
      shapes_.push_back(each);
    }
    text_ += " = " + op;
    for (size_t index = 0; index < operands.size(); ++index) text_ += (index == 0 ? " (%" : ", %") + std::to_string(operands[index]);
    if (!operands.empty()) text_ += ")";
    if (!attributes.empty()) text_ += " {" + attributes + "}";
    text_ += (layer_.empty() ? "" : " @" + layer_) + "\n";
    return results;
  }
  int emit(const Shape& shape, const std::string& op, const std::vector<int>& operands, const std::string& attributes = "",
           const std::string& dtype = "f32") {
    return emit_many({shape}, op, operands, attributes, dtype).front();
  }
  int variable(const Shape& shape, VariableStart start, const std::string& name, const std::string& dtype = "f32") {
    starts_.push_back(start);
    return emit(shape, "variable", {}, "index=" + std::to_string(starts_.size() - 1) + ", name=\"" + name + "\"", dtype);
  }
  Weight weight(const Shape& shape, VariableStart start, const std::string& name) {
    const int index = static_cast<int>(starts_.size());
    return {variable(shape, start, layer_ + "/" + name), index};
  }
  int fill(double value, const Shape& shape = {}) { return emit(shape, "fill", {}, "value=" + number(value)); }
  int unary(const std::string& op, int x, const std::string& attributes = "") { return emit(shapes_[x], op, {x}, attributes); }
  int binary(const std::string& op, int x, int y) { return emit(shapes_[x].size() >= shapes_[y].size() ? shapes_[x] : shapes_[y], op, {x, y}); }
  // Sum over all axes but the last.
  int sum_rows(int x) {
    std::string axes;
    for (size_t axis = 0; axis + 1 < shapes_[x].size(); ++axis) axes += (axis == 0 ? "" : ",") + std::to_string(axis);
    return emit({shapes_[x].back()}, "sum", {x}, "axes=[" + axes + "], keepDims=false");
  }
  void update(int variable, int value) { updates_ += "update " + std::to_string(variable) + " = %" + std::to_string(value) + "\n"; }
  static std::string finished(const std::string& text, const std::string& updates, int result) {
    return "program 1\n" + text + updates + "return (%" + std::to_string(result) + ")\n";
  }
  void begin(const std::string& name) { layer_ = name + "_" + std::to_string(++layers_); }
  // The gradient that comes back past the beginning of a branch: the branch's and the skip's.
  Backward join(std::shared_ptr<int> skipped) {
    return [this, skipped](int gradient) { return binary("add", gradient, *skipped); };
  }
  void adam(const Weight& weight, int gradient, int rate);

  int classes_;
  std::string text_, updates_, layer_;
  std::vector<Shape> shapes_;
  std::vector<VariableStart> starts_;
  std::vector<Backward> backward_;
  std::vector<std::pair<Weight, int>> gradients_;
  std::vector<std::pair<int, std::shared_ptr<int>>> skips_;
  int labels_ = -1, current_ = -1, state_ = -1, state_variable_ = -1, layers_ = 0, streams_ = 0;
  bool first_ = true;  // nobody wants the gradient of the images
};

inline void TrainingListing::conv(int filters, int kernel, int stride, const std::string& padding, const std::string& activation, int groups) {
  begin("conv2d");
  const int x = current_;
  const Shape in = shapes_[x];
  const int64_t channels = in[3] / groups;
  const Weight w = weight({kernel, kernel, channels, filters}, {.deviation = std::sqrt(2.0 / static_cast<double>(kernel * kernel * channels))}, "kernel");
  const Weight b = weight({filters}, {}, "bias");
  const std::string step = "[" + std::to_string(stride) + "," + std::to_string(stride) + "]";
  const std::string attributes = "strides=" + step + ", padding=\"" + padding + "\", dilations=[1,1], groups=" + std::to_string(groups);
  const auto out = [&](int64_t size) { return padding == "same" ? (size + stride - 1) / stride : (size - kernel) / stride + 1; };
  const Shape shape{in[0], out(in[1]), out(in[2]), filters};
  current_ = binary("add", emit(shape, "conv2d", {x, w.value}, attributes), b.value);
  const bool wanted = !std::exchange(first_, false);
  backward_.push_back([=, this](int gradient) {
    gradients_.emplace_back(b, sum_rows(gradient));
    gradients_.emplace_back(w, emit(shapes_[w.value], "conv2d_backward_kernel", {x, gradient}, attributes));
    return wanted ? emit(in, "conv2d_backward_input", {w.value, gradient}, attributes) : -1;
  });
  if (!activation.empty()) this->activation(activation);
}

inline void TrainingListing::batch_norm() {
  begin("batch_normalization");
  const int x = current_;
  const Shape in = shapes_[x], vector{in.back()};
  const Weight gamma = weight(vector, {.value = 1}, "gamma"), beta = weight(vector, {}, "beta");
  const Weight mean = weight(vector, {}, "moving_mean"), variance = weight(vector, {.value = 1}, "moving_variance");
  const std::vector<int> results = emit_many({in, vector, vector}, "batch_norm", {x, gamma.value, beta.value}, "epsilon=0.001");
  for (const auto& [moving, value] : {std::pair{mean, results[1]}, std::pair{variance, results[2]}})
    update(moving.variable, binary("add", binary("mul", moving.value, fill(0.99)), binary("mul", value, fill(0.01))));
  current_ = results[0];
  backward_.push_back([=, this](int gradient) {
    const std::vector<int> back = emit_many({in, vector, vector}, "batch_norm_backward",
                                            {x, gamma.value, beta.value, results[1], results[2], gradient}, "epsilon=0.001");
    gradients_.emplace_back(gamma, back[1]);
    gradients_.emplace_back(beta, back[2]);
    return back[0];
  });
}

inline void TrainingListing::activation(const std::string& op) {
  const std::string attributes = op == "leaky_relu" ? "alpha=0.3" : "";
  const int y = current_ = unary(op, current_, attributes);
  backward_.push_back([=, this](int gradient) { return emit(shapes_[y], op + "_backward", {y, gradient}, attributes); });
}

inline void TrainingListing::max_pool(int size, int stride, const std::string& padding) {
  begin("max_pooling2d");
  const int x = current_;
  const Shape in = shapes_[x];
  const auto pair = [](int value) { return "[" + std::to_string(value) + "," + std::to_string(value) + "]"; };
  const std::string attributes = "poolSize=" + pair(size) + ", strides=" + pair(stride) + ", padding=\"" + padding + "\"";
  const auto out = [&](int64_t extent) { return padding == "same" ? (extent + stride - 1) / stride : (extent - size) / stride + 1; };
  const int y = current_ = emit({in[0], out(in[1]), out(in[2]), in[3]}, "max_pool2d", {x}, attributes);
  backward_.push_back([=, this](int gradient) { return emit(in, "max_pool2d_backward", {x, y, gradient}, attributes); });
}

inline void TrainingListing::average_pool(int size, const std::string& padding) {
  begin("average_pooling2d");
  const Shape in = shapes_[current_];
  const std::string pair = "[" + std::to_string(size) + "," + std::to_string(size) + "]";
  const std::string attributes = "poolSize=" + pair + ", strides=" + pair + ", padding=\"" + padding + "\"";
  const auto out = [&](int64_t extent) { return padding == "same" ? (extent + size - 1) / size : extent / size; };
  current_ = emit({in[0], out(in[1]), out(in[2]), in[3]}, "avg_pool2d", {current_}, attributes);
  backward_.push_back([=, this](int gradient) { return emit(in, "avg_pool2d_backward", {gradient}, attributes); });
}

inline void TrainingListing::global_average() {
  begin("global_average_pooling2d");
  const Shape in = shapes_[current_];
  const double count = static_cast<double>(in[1] * in[2]);
  current_ = binary("div", emit({in[0], in[3]}, "sum", {current_}, "axes=[1,2], keepDims=false"), fill(count));
  backward_.push_back([=, this](int gradient) {
    const int scaled = binary("div", gradient, fill(count));
    return emit(in, "broadcast", {emit({in[0], 1, 1, in[3]}, "reshape", {scaled})});
  });
}

inline void TrainingListing::flatten() {
  begin("flatten");
  const Shape in = shapes_[current_];
  current_ = emit({in[0], element_count(in) / in[0]}, "reshape", {current_});
  backward_.push_back([=, this](int gradient) { return emit(in, "reshape", {gradient}); });
}

inline void TrainingListing::dense(int units, const std::string& activation) {
  begin("dense");
  const int x = current_;
  const Shape in = shapes_[x];
  const Weight w = weight({in[1], units}, {.deviation = std::sqrt(2.0 / static_cast<double>(in[1]))}, "kernel");
  const Weight b = weight({units}, {}, "bias");
  current_ = binary("add", emit({in[0], units}, "matmul", {x, w.value}, "transposeA=false, transposeB=false"), b.value);
  const bool wanted = !std::exchange(first_, false);
  backward_.push_back([=, this](int gradient) {
    gradients_.emplace_back(b, sum_rows(gradient));
    gradients_.emplace_back(w, emit(shapes_[w.value], "matmul", {x, gradient}, "transposeA=true, transposeB=false"));
    return wanted ? emit(in, "matmul", {gradient, w.value}, "transposeA=false, transposeB=true") : -1;
  });
  if (!activation.empty()) this->activation(activation);
}

inline void TrainingListing::dropout(double rate) {
  begin("dropout");
  const Shape in = shapes_[current_];
  const int noise = emit(in, "random_uniform", {state_}, "stream=" + std::to_string(streams_++) + ", low=0, high=1");
  const int keep = emit(in, "less", {noise, fill(1 - rate)}, "", "bool");
  const auto masked = [=, this](int x) { return emit(in, "select", {keep, binary("div", x, fill(1 - rate)), fill(0)}); };
  current_ = masked(current_);
  backward_.push_back([=](int gradient) { return masked(gradient); });
}

inline void TrainingListing::residual_end() {
  const auto [value, gradient_of_skip] = skips_.back();
  skips_.pop_back();
  current_ = binary("add", current_, value);
  backward_.push_back([gradient_of_skip = gradient_of_skip](int gradient) { return *gradient_of_skip = gradient; });
}

inline void TrainingListing::adam(const Weight& weight, int gradient, int rate) {
  layer_ = "adam";
  const Weight m = this->weight(shapes_[weight.value], {}, "momentum"), v = this->weight(shapes_[weight.value], {}, "velocity");
  const auto moved = [&](int slot, int target, double share) { return binary("add", slot, binary("mul", binary("sub", target, slot), fill(share))); };
  const int momentum = moved(m.value, gradient, 0.1), velocity = moved(v.value, unary("square", gradient), 0.001);
  const int step = binary("div", binary("mul", momentum, rate), binary("add", unary("sqrt", velocity), fill(1e-7)));
  update(m.variable, momentum);
  update(v.variable, velocity);
  update(weight.variable, binary("sub", weight.value, step));
}

inline std::string TrainingListing::training() {
  layer_ = "loss";
  const Shape scores = shapes_[current_];
  const int column = emit({scores[0], 1}, "reshape", {labels_}, "", "i32");
  const int places = emit(scores, "iota", {}, "axis=1", "i32");
  const int truth = emit(scores, "cast", {emit(scores, "equal", {column, places}, "", "bool")});
  const int logarithms = unary("log_softmax", current_);
  const int each = unary("neg", emit({scores[0]}, "sum", {binary("mul", truth, logarithms)}, "axes=[1], keepDims=false"));
  const int loss = binary("div", emit({}, "sum", {each}, "axes=[0], keepDims=false"), fill(static_cast<double>(scores[0])));
  const int share = binary("mul", truth, fill(-1.0 / static_cast<double>(scores[0])));
  const int total = emit({scores[0], 1}, "sum", {share}, "axes=[1], keepDims=true");
  int gradient = binary("sub", share, binary("mul", unary("exp", logarithms), total));
  for (size_t layer = backward_.size(); layer-- > 0 && gradient >= 0;) {
    layer_ = "backward_" + std::to_string(layer);
    gradient = backward_[layer](gradient);
  }
  layer_ = "adam";
  const Weight steps = weight({}, {}, "iteration");
  const int step = binary("add", steps.value, fill(1));
  update(steps.variable, step);
  const int first = binary("sub", fill(1), binary("pow", fill(0.9), step)), second = binary("sub", fill(1), binary("pow", fill(0.999), step));
  const int rate = binary("div", binary("mul", fill(0.001), unary("sqrt", second)), first);
  for (const auto& [weight, gradient_of] : gradients_) adam(weight, gradient_of, rate);
  const int one = emit({2}, "fill", {}, "value=1", "i32");
  update(state_variable_, emit({2}, "add", {state_, one}, "", "i32"));
  return finished(text_, updates_, loss);
}

// Models A to D of the benchmark, and small ones that use every kind of layer.
inline std::unique_ptr<TrainingListing> model_listing(const std::string& model, int batch) {
  if (model == "A") {
    auto model_net = std::make_unique<TrainingListing>(Shape{batch, 32, 32, 3}, 10);
    TrainingListing& net = *model_net;
    for (const int filters : {48, 128}) {
      net.conv(filters, 3, 1, "same", "relu");
      net.max_pool(3, 3);
    }
    for (const int filters : {192, 192, 128}) net.conv(filters, 3, 1, "same", "relu");
    net.max_pool(3, 3);
    net.flatten();
    net.dense(1024, "relu");
    net.dropout(0.5);
    net.dense(1024, "relu");
    net.dense(10);
    return model_net;
  }
  if (model == "B") {
    auto model_net = std::make_unique<TrainingListing>(Shape{batch, 32, 32, 3}, 10);
    TrainingListing& net = *model_net;
    for (const auto& [filters, stride] : {std::pair{32, 1}, std::pair{32, 2}, std::pair{64, 1}, std::pair{64, 2}}) {
      net.conv(filters, 3, stride, "same");
      net.batch_norm();
      net.activation("leaky_relu");
    }
    net.flatten();
    net.dense(128);
    net.batch_norm();
    net.activation("leaky_relu");
    net.dropout(0.5);
    net.dense(10);
    return model_net;
  }
  if (model == "C") {
    auto model_net = std::make_unique<TrainingListing>(Shape{batch, 28, 28, 1}, 10);
    TrainingListing& net = *model_net;
    net.conv(64, 7, 1, "same", "relu");
    net.max_pool(2, 2);
    for (const int filters : {128, 256}) {
      net.conv(filters, 3, 1, "same", "relu");
      net.conv(filters, 3, 1, "same", "relu");
      net.max_pool(2, 2);
    }
    net.flatten();
    for (const int units : {128, 64}) {
      net.dense(units, "relu");
      net.dropout(0.5);
    }
    net.dense(10);
    return model_net;
  }
  if (model == "D") {
    auto model_net = std::make_unique<TrainingListing>(Shape{batch, 48, 48, 3}, 2);
    TrainingListing& net = *model_net;
    for (const int filters : {32, 64, 128}) {
      net.conv(filters, 3, 1, "valid");
      net.batch_norm();
      net.activation("relu");
      if (filters < 128) net.max_pool(3, 3);
    }
    net.global_average();
    net.dense(2);
    return model_net;
  }
  if (model == "small") {
    auto model_net = std::make_unique<TrainingListing>(Shape{batch, 12, 12, 1}, 5);
    TrainingListing& net = *model_net;
    net.conv(8, 3, 1, "same", "relu");
    net.max_pool(2, 2);
    net.residual_begin();
    net.conv(8, 3, 1, "same");
    net.batch_norm();
    net.activation("relu");
    net.residual_end();
    net.average_pool(2);
    net.flatten();
    net.dense(16, "relu");
    net.dropout(0.25);
    net.dense(5);
    return model_net;
  }
  if (model == "odd") {  // channels that fill no block
    auto model_net = std::make_unique<TrainingListing>(Shape{batch, 11, 9, 3}, 3);
    TrainingListing& net = *model_net;
    net.conv(10, 3, 2, "same", "leaky_relu");
    net.batch_norm();
    net.conv(12, 3, 1, "valid", "relu", 2);
    net.max_pool(3, 2, "same");
    net.conv(20, 1, 1, "same");
    net.batch_norm();
    net.activation("leaky_relu");
    net.global_average();
    net.dense(3);
    return model_net;
  }
  throw Error("INTERNAL", "no model '" + model + "'; expected A, B, C, D, small or odd");
}

}  // namespace laminet::tools
