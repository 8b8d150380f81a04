#include "graph.h"

#include <string>

namespace laminet::cpu {

Graph::Graph(const Program& program)
    : program(program), readers_(program.types.size()), leaves_(program.types.size(), false), claimed_(program.instructions.size(), false),
      updated_(program.variables.size(), false), variable_of_(program.types.size(), -1) {
  for (int index = 0; index < static_cast<int>(program.instructions.size()); ++index)
    for (int operand : program.instructions[index].operands)
      if (readers_[operand].empty() || readers_[operand].back() != index) readers_[operand].push_back(index);
  for (int variable = 0; variable < static_cast<int>(program.variables.size()); ++variable)
    if (program.variables[variable] >= 0) variable_of_[program.variables[variable]] = variable;
  for (const Update& update : program.updates) {
    leaves_[update.value] = true;
    updated_[update.variable] = true;
  }
  for (int value : program.returns) leaves_[value] = true;
}

int Graph::only_reader(int value) const {
  if (leaves_[value] || readers_[value].size() != 1 || claimed_[readers_[value].front()]) return -1;
  return readers_[value].front();
}

void Graph::claim(const std::vector<int>& instructions) {
  for (int index : instructions) claimed_[index] = true;
}

}  // namespace laminet::cpu
