// Which convolutions the installed cuDNN supports on a GPU that is only described: no driver, no GPU. It takes the same way as the cuda
// plugin, from an instruction of a listing to a finalised plan.
//
//   cudnn_probe version                          the version of cuDNN
//   cudnn_probe table DEVICE.json SHAPES.txt...  a line for every convolution of the tables
//
// A line of a table of shapes: `[x] [kernel] {attributes} # what it is from`. What must hold and does not is said on standard error, and
// the exit status is 1 then. A line of the result has for each type the cells (see `cell`) of
// the three directions, then of the forward one with bias, and with bias and relu.
#include <fstream>
#include <iostream>
#include <sstream>

#include "cuda/cudnn/planner.h"
#include "runtime/parse.h"
#include "runtime/verify.h"

namespace laminet::cuda {
namespace {

using cudnn::Engine;
using cudnn::Plan;
using cudnn::Planner;
using cudnn::PlannerOptions;
using cudnn::Target;

constexpr const char* kTypes[] = {"f32", "bf16", "f16"};
constexpr const char* kOps[] = {"conv2d", "conv2d_backward_input", "conv2d_backward_kernel"};

int failures = 0;

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) throw Error("INTERNAL", path + ": cannot be read");
  return text.str();
}

// The shapes and attributes of a line of a table.
struct Layer {
  Shape x, kernel;
  std::string attributes;
};

Shape shape_of(std::string text) {
  Shape shape;
  std::replace(text.begin(), text.end(), ',', ' ');
  std::istringstream numbers(text.substr(1, text.size() - 2));
  for (int64_t number; numbers >> number;) shape.push_back(number);
  return shape;
}

std::vector<Layer> layers_of(const std::string& path) {
  std::vector<Layer> layers;
  std::istringstream lines(contents(path));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string x, kernel, attributes;
    words >> x >> kernel;
    std::getline(words, attributes, '#');
    layers.push_back({shape_of(x), shape_of(kernel), attributes.substr(1, attributes.find_last_of('}'))});
  }
  return layers;
}

// The instruction of a listing, as the plugin gets it; `epilogue` is what the plugin's fusion adds.
Convolution convolution(const Layer& layer, const std::string& type, const std::string& op, const std::string& epilogue = "") {
  const auto typed = [&](const Shape& shape) { return Type{DType::f32, shape}.text().replace(0, 3, type); };
  Instruction geometry;  // for the shape of y
  const std::string listing = "program 1\n%0: f32[] = fill {value=0}\n%1: f32[] = identity (%0) " + layer.attributes + "\nreturn (%1)\n";
  geometry.attributes = parse(listing).instructions.at(1).attributes;
  const WindowGeometry window = conv_geometry(geometry, layer.x, layer.kernel);
  const std::string x = typed(layer.x), kernel = typed(layer.kernel);
  const std::string y = typed({layer.x[0], window.rows.output, window.columns.output, layer.kernel[3]});
  std::string first = x, second = kernel, result = y;
  if (op == "conv2d_backward_input") first = kernel, second = y, result = x;
  if (op == "conv2d_backward_kernel") second = y, result = kernel;
  Program program = parse("program 1\n%0: " + first + " = input {name=\"a\"}\n%1: " + second + " = input {name=\"b\"}\n%2: " + result + " = " +
                          op + " (%0, %1) " + layer.attributes + "\nreturn (%2)\n");
  verify(program);
  if (!epilogue.empty()) program.instructions.back().attributes["epilogue"] = epilogue;
  return convolution_of(program, program.instructions.back());
}

// What the plan's workspace costs, roughly: sizes change a little with every version.
char workspace_class(size_t bytes) {
  if (bytes == 0) return '0';
  if (bytes <= size_t{1} << 20) return 'K';
  if (bytes <= size_t{32} << 20) return 'M';
  return bytes <= size_t{256} << 20 ? 'L' : 'X';
}

class Probe {
 public:
  explicit Probe(const std::string& device)
      : target_(Target::described(contents(device), device)),
        default_(target_, {}, cudnn::PlanFolder({})),
        deterministic_(target_, {.deterministic = true}, cudnn::PlanFolder({})),
        exact_(target_, {.tensor_float32 = false}, cudnn::PlanFolder({})),
        both_(target_, {.deterministic = true, .tensor_float32 = false}, cudnn::PlanFolder({})) {}

  std::string line(const Layer& layer) {
    std::string line = shape_text(layer.x) + " " + shape_text(layer.kernel) + " " + layer.attributes;
    for (const char* type : kTypes) {
      line += std::string(" | ") + type;
      for (const char* op : kOps) line += " " + cell(convolution(layer, type, op));
      for (const char* epilogue : {"bias", "bias_relu"}) line += " " + cell(convolution(layer, type, kOps[0], epilogue));
    }
    return line;
  }

 private:
  void fail(const Convolution& c, const std::string& reason) {
    ++failures;
    std::cerr << "FAILED " << target_.name << ": " << c.text() << ": " << reason << std::endl;
  }

  // "28:46/M": 28 plans that need no compilation at run time; the plugin takes one of engine 46, whose workspace is some megabytes. An epilogue
  // may have none: then the plugin adds it by its own kernel.
  std::string cell(const Convolution& c) {
    std::string refusal;
    const std::shared_ptr<const Plan> plan = default_.plan(c, refusal);
    if (c.epilogue == Epilogue::none) require_plans(c);
    if (!plan) return "none";
    int plans = 0;
    for (const Engine& engine : default_.engines(c, refusal)) plans += finalises(engine) ? 1 : 0;
    if (Plan::restore(plan->text(), target_).workspace_bytes() != plan->workspace_bytes()) fail(c, "a kept plan has another workspace");
    return std::to_string(plans) + ":" + plan->name().substr(plan->name().find(' ') + 1) + "/" + workspace_class(plan->workspace_bytes());
  }

  // Whatever the device's options are, there is a plan that needs no compilation.
  void require_plans(const Convolution& c) {
    std::string refusal;
    if (!default_.plan(c, refusal)) fail(c, refusal);
    if (!deterministic_.plan(c, refusal)) fail(c, "deterministic: " + refusal);
    if (c.dtype != DType::f32) return;
    if (!exact_.plan(c, refusal)) fail(c, "without TF32: " + refusal);
    if (!both_.plan(c, refusal)) fail(c, "deterministic without TF32: " + refusal);
  }

  bool finalises(const Engine& engine) const {
    try {
      const Plan plan(engine, target_);
      return true;
    } catch (const cudnn::Refusal&) {
      return false;
    }
  }

  const Target target_;
  Planner default_, deterministic_, exact_, both_;
};

int run(const std::vector<std::string>& words) {
  if (words.size() == 1 && words[0] == "version") {
    const size_t version = cudnnGetVersion();
    std::cout << version / 10000 << "." << version / 100 % 100 << "." << version % 100 << std::endl;
  } else if (words.size() > 2 && words[0] == "table") {
    Probe probe(words[1]);
    for (size_t index = 2; index < words.size(); ++index)
      for (const Layer& layer : layers_of(words[index])) std::cout << probe.line(layer) << std::endl;
  } else {
    std::cerr << "usage: cudnn_probe version | table DEVICE.json SHAPES.txt..." << std::endl;
    return 2;
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace laminet::cuda

int main(int count, char** words) {
  try {
    return laminet::cuda::run(std::vector<std::string>(words + 1, words + count));
  } catch (const std::exception& error) {
    std::cerr << "cudnn_probe: " << error.what() << std::endl;
    return 2;
  }
}
