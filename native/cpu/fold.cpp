#include "fold.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "graph.h"

namespace laminet::cpu {

namespace {

// conv2d, then + bias, then * scale, then + shift; what is there of it.
struct Affine {
  int convolution = -1, scaling = -1;          // instructions
  int bias_addition = -1, shift_addition = -1;
  int bias = -1, scale = -1, shift = -1;       // value ids of vectors along the channels

  int last() const { return shift_addition >= 0 ? shift_addition : scaling; }
};

// The other operand of a binary op, when it is a vector along the last axis of `value`.
int vector_operand(const Graph& graph, const Instruction& instruction, const char* op, int value) {
  if (instruction.op != op || graph.shape(instruction.results.front()) != graph.shape(value)) return -1;
  const int other = instruction.operands[0] == value ? instruction.operands[1] : instruction.operands[0];
  const Shape& shape = graph.shape(other);
  const int64_t channels = graph.shape(value).back();
  return other != value && !shape.empty() && shape.back() == channels && element_count(shape) == channels ? other : -1;
}

std::optional<Affine> affine_after(const Graph& graph, int convolution) {
  Affine affine;
  affine.convolution = convolution;
  int value = graph.instruction(convolution).results.front();
  int reader = graph.only_reader(value);
  if (reader < 0) return std::nullopt;
  if (affine.bias = vector_operand(graph, graph.instruction(reader), "add", value); affine.bias >= 0) {
    affine.bias_addition = reader;
    value = graph.instruction(reader).results.front();
    reader = graph.only_reader(value);
    if (reader < 0) return std::nullopt;
  }
  affine.scale = vector_operand(graph, graph.instruction(reader), "mul", value);
  if (affine.scale < 0) return std::nullopt;
  affine.scaling = reader;
  value = graph.instruction(reader).results.front();
  if (reader = graph.only_reader(value); reader >= 0) {
    affine.shift = vector_operand(graph, graph.instruction(reader), "add", value);
    if (affine.shift >= 0) affine.shift_addition = reader;
  }
  return affine;
}

// Scaling the weights must be much less work than scaling the image.
bool pays(const Graph& graph, const Affine& affine) {
  const Instruction& convolution = graph.instruction(affine.convolution);
  return element_count(graph.shape(convolution.results.front())) >= 2 * element_count(graph.shape(convolution.operands[1]));
}

class Folder {
 public:
  explicit Folder(Program& program) : program_(program) {}

  // The instructions that take the place of the chain's last one.
  std::vector<Instruction> folded(const Affine& affine) {
    std::vector<Instruction> result;
    const Instruction convolution = program_.instructions[affine.convolution];
    const std::string layer = program_.instructions[affine.last()].layer;
    const int line = program_.instructions[affine.last()].line, y = program_.instructions[affine.last()].results.front();
    const auto emit = [&](const std::string& op, std::vector<int> operands, int value) {
      result.push_back({.op = op, .operands = std::move(operands), .results = {value}, .attributes = {}, .layer = layer, .line = line});
      return value;
    };
    const Type weights = program_.types[convolution.operands[1]];
    const int scaled = emit("mul", {convolution.operands[1], affine.scale}, new_value(weights));
    const int offset = offset_of(affine, emit);
    Instruction moved = convolution;
    moved.operands[1] = scaled;
    moved.results = {offset < 0 ? y : convolution.results.front()};
    result.push_back(moved);
    if (offset >= 0) emit("add", {moved.results.front(), offset}, y);
    return result;
  }

 private:
  int new_value(Type type) {
    program_.types.push_back(std::move(type));
    program_.producers.push_back(-1);
    return static_cast<int>(program_.types.size()) - 1;
  }

  // bias * scale + shift, of what there is; -1 for nothing.
  template <typename Emit>
  int offset_of(const Affine& affine, const Emit& emit) {
    if (affine.bias < 0) return affine.shift;
    const int bias = emit("mul", {affine.bias, affine.scale}, new_value(wider(affine.bias, affine.scale)));
    return affine.shift < 0 ? bias : emit("add", {bias, affine.shift}, new_value(wider(bias, affine.shift)));
  }

  const Type& wider(int a, int b) const {
    return program_.types[a].shape.size() >= program_.types[b].shape.size() ? program_.types[a] : program_.types[b];
  }

  Program& program_;
};

void replace(Program& program, const std::vector<Affine>& chains) {
  Folder folder(program);
  std::vector<Instruction> instructions;
  for (int index = 0; index < static_cast<int>(program.instructions.size()); ++index) {
    bool kept = true;
    for (const Affine& affine : chains) {
      if (index == affine.last()) {
        for (Instruction& instruction : folder.folded(affine)) instructions.push_back(std::move(instruction));
        kept = false;
      } else if (index == affine.convolution || index == affine.bias_addition || index == affine.scaling) {
        kept = false;
      }
    }
    if (kept) instructions.push_back(program.instructions[index]);
  }
  program.instructions = std::move(instructions);
  for (int index = 0; index < static_cast<int>(program.instructions.size()); ++index)
    for (int value : program.instructions[index].results) program.producers[value] = index;
}

}  // namespace

void fold_scales(Program& program) {
  std::vector<Affine> chains;
  const Graph graph(program);
  for (int index = 0; index < static_cast<int>(program.instructions.size()); ++index) {
    const Instruction& instruction = program.instructions[index];
    if (instruction.op != "conv2d" || !graph.is_f32(instruction.results.front())) continue;
    const std::optional<Affine> affine = affine_after(graph, index);
    if (affine && pays(graph, *affine)) chains.push_back(*affine);
  }
  if (!chains.empty()) replace(program, chains);
}

}  // namespace laminet::cpu
