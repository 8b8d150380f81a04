// From a program to steps over tensors: fused instructions, pointwise groups, candidates, and where every value lies.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lowering.h"

namespace laminet::cuda {

struct DeviceState;

enum class Storage : uint8_t { arena, input, variable, constant, alias };

// A piece of memory. The first tensors are the values of the program, by id; scratch and copies follow.
struct Tensor {
  Type type;           // scratch: u8
  Storage storage = Storage::arena;
  int index = -1;      // of the input, variable or constant; alias: of the tensor whose memory it is
};

struct CompiledStep {
  std::string name, detail, layer;
  double flops = 0;
  std::vector<int> reads, writes;  // tensors
  std::unique_ptr<Work> work;

  // "conv_1: conv2d+bias+relu", for ranges.
  std::string title() const { return layer.empty() ? name : layer + ": " + name; }
};

struct Compiled {
  std::vector<Tensor> tensors;
  std::vector<CompiledStep> steps;
  std::vector<int> returns;                          // tensors, by output
  std::vector<std::shared_ptr<DeviceMemory>> kept;   // tables of the steps
};

// The tensor at the end of a chain of aliases.
int root_of(const std::vector<Tensor>& tensors, int tensor);

Compiled compile(const Program& program, DeviceState& state);

}  // namespace laminet::cuda
