// What the claims ask about a program: who reads a value, what is taken already.
#pragma once

#include <vector>

#include "library.h"
#include "runtime/program.h"

namespace laminet::cpu {

class Graph {
 public:
  explicit Graph(const Program& program);

  const Program& program;
  const Instruction& instruction(int index) const { return program.instructions[index]; }
  int producer(int value) const { return program.producers[value]; }
  const Shape& shape(int value) const { return program.types[value].shape; }
  bool is_f32(int value) const { return program.types[value].dtype == DType::f32; }
  // Instructions that read the value, each once, ascending.
  const std::vector<int>& readers(int value) const { return readers_[value]; }
  // An update or a return reads it.
  bool leaves(int value) const { return leaves_[value]; }
  bool used(int value) const { return leaves_[value] || !readers_[value].empty(); }
  // The one instruction that reads the value, unless it leaves or has other readers or that instruction is taken: then -1.
  int only_reader(int value) const;
  int variable_of(int value) const { return variable_of_[value]; }  // -1: not a variable
  bool updated(int variable) const { return updated_[variable]; }

  bool claimed(int instruction) const { return claimed_[instruction]; }
  void claim(const std::vector<int>& instructions);

 private:
  std::vector<std::vector<int>> readers_;
  std::vector<bool> leaves_, claimed_, updated_;
  std::vector<int> variable_of_;
};

// What a candidate sees that looks for instructions to claim.
class ClaimGraph : public Graph {
 public:
  ClaimGraph(const Program& program, Library& library, bool fuse_siblings)
      : Graph(program), library(library), fuse_siblings(fuse_siblings) {}

  Library& library;
  const bool fuse_siblings;  // instructions that do not feed each other may run as one kernel
};

}  // namespace laminet::cpu
