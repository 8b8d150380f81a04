// Pointwise instructions that a convolution or a dense layer can apply to its result on the way out.
#pragma once

#include <optional>
#include <string>

#include "cpu/graph.h"

namespace laminet::cpu {

struct Activation {
  dnnl::algorithm algorithm;
  float alpha = 0, beta = 0;
  std::string key;
};

std::optional<Activation> activation_of(const Instruction& instruction);

// The tail of a convolution or product: what is added and applied to its result before anybody else reads it.
struct Tail {
  int result = -1;                // value id of the end of the tail
  int bias = -1;                  // value id of the vector that is added, as long as the last axis
  std::optional<Activation> activation;
  std::vector<int> instructions;  // of the tail
  std::string name;               // "+add+relu"

  dnnl::primitive_attr attributes() const;
  // What negative results are multiplied by; nothing where the activation does more than that.
  std::optional<float> slope() const;
  std::string key() const { return (bias >= 0 ? " bias" : "") + (activation ? " " + activation->key : ""); }
};

// Follows the only readers of `value`.
Tail tail_of(const ClaimGraph& graph, int value);

}  // namespace laminet::cpu
