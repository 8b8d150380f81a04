#include "pointwise_formation.h"

namespace laminet {
namespace {

// A chain longer than this is stored rather than computed again. Dropout's mask is two steps from its random numbers.
constexpr int kCopiedSteps = 8;

bool is_index_source(const Instruction& instruction) { return instruction.op == "fill" || instruction.op == "iota"; }

// fill and iota can be copied into a group of any shape that they broadcast to. Random numbers belong to the elements of their own shape.
bool can_copy_into(const Program& program, int value, const Shape& shape) {
  return is_index_source(program.producer(value)) || program.type(value).shape == shape;
}

std::vector<bool> find_needed(const Program& program, const std::vector<bool>& claimed) {
  std::vector<bool> needed(program.types.size(), false);
  for (const Update& update : program.updates) needed[update.value] = true;
  for (const int value : program.returns) needed[value] = true;
  for (size_t i = program.instructions.size(); i-- > 0;) {
    const Instruction& instruction = program.instructions[i];
    if (claimed[i] && !needed[instruction.results.front()]) continue;
    for (const int operand : instruction.operands) needed[operand] = true;
  }
  return needed;
}

int copy_cost(const Program& program, const PointwiseRoles& roles, const Instruction& instruction) {
  if (is_pointwise_source(instruction)) return 1;
  int cost = 1;
  for (const int operand : instruction.operands) {
    const int part = roles.cost[program.producers[operand]];
    if (part == 0 || !can_copy_into(program, operand, program.type(instruction.results.front()).shape)) return 0;
    cost += part;
  }
  return cost <= kCopiedSteps ? cost : 0;
}

// By instruction: somebody reads the value from memory.
std::vector<bool> find_stored(const Program& program, const PointwiseRoles& roles) {
  std::vector<bool> stored(program.instructions.size(), false);
  for (const Update& update : program.updates) stored[program.producers[update.value]] = true;
  for (const int value : program.returns) stored[program.producers[value]] = true;
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    const Instruction& instruction = program.instructions[i];
    if (roles.ours[i] && !roles.needed[instruction.results.front()]) continue;
    const bool whole = !roles.ours[i] || is_pointwise_source(instruction);  // a random state is read whole
    for (const int operand : instruction.operands) {
      if (whole || !can_copy_into(program, operand, program.type(instruction.results.front()).shape)) {
        stored[program.producers[operand]] = true;
      }
    }
  }
  return stored;
}

}  // namespace

bool is_pointwise(const Instruction& instruction) { return instruction.op == "cast" || find_pointwise(instruction.op) >= 0; }

bool is_pointwise_source(const Instruction& instruction) {
  return is_index_source(instruction) || instruction.op == "random_uniform" || instruction.op == "random_normal";
}

PointwiseRoles assign_pointwise_roles(const Program& program, const std::vector<bool>& claimed) {
  const size_t count = program.instructions.size();
  PointwiseRoles roles;
  roles.ours.resize(count);
  roles.cost.assign(count, 0);
  for (size_t i = 0; i < count; ++i) {
    const Instruction& instruction = program.instructions[i];
    roles.ours[i] = claimed[i] && (is_pointwise(instruction) || is_pointwise_source(instruction));
    if (roles.ours[i]) roles.cost[i] = copy_cost(program, roles, instruction);
  }
  roles.needed = find_needed(program, roles.ours);
  const std::vector<bool> stored = find_stored(program, roles);
  roles.member.assign(count, false);
  roles.copied.assign(count, false);
  for (size_t i = 0; i < count; ++i) {
    const Instruction& instruction = program.instructions[i];
    if (!roles.ours[i] || !roles.needed[instruction.results.front()]) continue;
    roles.copied[i] = roles.cost[i] > 0 && (!stored[i] || is_index_source(instruction));
    roles.member[i] = stored[i] || !roles.copied[i];
  }
  return roles;
}

}  // namespace laminet
