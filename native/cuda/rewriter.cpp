#include "rewriter.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace laminet::cuda {

namespace {

void erase(std::vector<int>& list, int value) { list.erase(std::remove(list.begin(), list.end(), value), list.end()); }

}  // namespace

Rewriter::Rewriter(const Program& program)
    : original_(program),
      program_(program),
      removed_(program.instructions.size(), false),
      readers_(program.types.size()),
      leaves_(program.types.size(), false) {
  for (int index = 0; index < count(); ++index)
    for (const int operand : program.instructions[index].operands) readers_[operand].push_back(index);
  for (const Update& update : program.updates) leaves_[update.value] = true;
  for (const int value : program.returns) leaves_[value] = true;
}

int Rewriter::only_reader(int value) const {
  const std::vector<int>& readers = readers_[value];
  return leaves_[value] || readers.size() != 1 ? -1 : readers.front();
}

void Rewriter::absorb(int index, int result, int other, int value) {
  for (const int operand : at(other).operands) erase(readers_[operand], other);
  std::replace(at(index).results.begin(), at(index).results.end(), result, value);
  program_.producers[value] = index;
  removed_[other] = true;
}

void Rewriter::add_operand(int index, int value) {
  at(index).operands.push_back(value);
  readers_[value].push_back(index);
}

void Rewriter::add_result(int index, int value) {
  at(index).results.push_back(value);
  program_.producers[value] = index;
}

void Rewriter::bypass(int index, int operand, int replacement, int other) {
  for (const int read : at(other).operands) erase(readers_[read], other);
  std::replace(at(index).operands.begin(), at(index).operands.end(), operand, replacement);
  readers_[replacement].push_back(index);
  removed_[other] = true;
}

// Kahn's algorithm, always the instruction that stood first among those whose operands are there: close to the old order.
Program Rewriter::finish() const {
  std::vector<int> waits(program_.instructions.size(), 0), positions(program_.instructions.size(), -1);
  std::vector<std::vector<int>> followers(program_.instructions.size());
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  int kept = 0;
  for (int index = 0; index < count(); ++index) {
    if (removed_[index]) continue;
    ++kept;
    for (const int operand : program_.instructions[index].operands) {
      if (removed_[program_.producers[operand]]) return original_;
      followers[program_.producers[operand]].push_back(index);
      ++waits[index];
    }
    if (waits[index] == 0) ready.push(index);
  }
  Program result = program_;
  result.instructions.clear();
  while (!ready.empty()) {
    const int index = ready.top();
    ready.pop();
    positions[index] = static_cast<int>(result.instructions.size());
    result.instructions.push_back(program_.instructions[index]);
    for (const int follower : followers[index])
      if (--waits[follower] == 0) ready.push(follower);
  }
  if (static_cast<int>(result.instructions.size()) != kept) return original_;
  for (int& producer : result.producers) producer = positions[producer];  // -1: a value between joined instructions, which is gone
  return result;
}

}  // namespace laminet::cuda
