// A program while instructions of it are joined.
#pragma once

#include <vector>

#include "runtime/program.h"

namespace laminet::cuda {

class Rewriter {
 public:
  explicit Rewriter(const Program& program);

  int count() const { return static_cast<int>(program_.instructions.size()); }
  Instruction& at(int index) { return program_.instructions[index]; }
  bool removed(int index) const { return removed_[index]; }
  const Shape& shape(int value) const { return program_.type(value).shape; }
  const Type& type(int value) const { return program_.type(value); }
  // The one instruction that reads the value; -1 when there are none or several, or an update or a return reads it.
  int only_reader(int value) const;
  // The instruction that makes the value.
  int producer(int value) const { return program_.producers[value]; }

  // `index` now makes `value`, a result of `other`, in place of its own `result`; `other` goes. Nobody else may read `result`.
  void absorb(int index, int result, int other, int value);
  void add_operand(int index, int value);
  // `index` makes `value` as well, whose maker is gone.
  void add_result(int index, int value);
  // `index`, which read `operand` from `other`, reads `replacement`; `other` goes.
  void bypass(int index, int operand, int replacement, int other);

  // The joined program with operands before their readers; the original when joining has made a cycle.
  Program finish() const;

 private:
  const Program& original_;
  Program program_;
  std::vector<bool> removed_;
  std::vector<std::vector<int>> readers_;  // by value
  std::vector<bool> leaves_;               // by value
};

}  // namespace laminet::cuda
