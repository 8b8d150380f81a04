// A kernel to be: the instructions of a program that will run as one, before layouts and memory are known.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layout.h"

namespace laminet::cpu {

class Lowering;

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Emits steps for this kernel: asks for operands in the layouts it wants, defines its results in the layouts it gives.
  virtual void lower(Lowering& lowering) const = 0;
  // The layout in which this kernel wants a variable to live for good; nothing when it takes what it gets.
  virtual std::optional<Layout> resident_layout(Lowering&, int) const { return std::nullopt; }

  // It computes element by element and can do so in this layout: variables that it updates together live alike.
  virtual bool accepts(const Lowering&, const Layout&) const { return false; }

  std::string name;               // "conv2d+add+relu"
  std::string layer;
  std::vector<int> instructions;  // ascending
  std::vector<int> operands;      // value ids read
  std::vector<int> results;       // value ids that somebody else reads
};
using KernelPtr = std::unique_ptr<Kernel>;

// The sum of two kernels' names.
inline std::string joined(const std::string& name, const std::string& more) { return name.empty() ? more : name + "+" + more; }

}  // namespace laminet::cpu
