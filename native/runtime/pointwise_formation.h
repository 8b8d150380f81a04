// Internal to pointwise_group.cpp and pointwise_emit.cpp: the part that every claimed instruction plays.
#pragma once

#include <vector>

#include "pointwise_group.h"

namespace laminet {

// Who stores a value and who copies the computation of it.
struct PointwiseRoles {
  std::vector<bool> ours;     // by instruction: claimed, and an op of these
  std::vector<bool> member;   // by instruction: belongs to a group, whose memory holds its value if others need it
  std::vector<bool> copied;   // by instruction: groups that read it compute it again
  std::vector<int> cost;      // by instruction: steps it takes when copied; 0 when it cannot be
  std::vector<bool> needed;   // by value: somebody reads it
};

PointwiseRoles assign_pointwise_roles(const Program& program, const std::vector<bool>& claimed);

// The expression of a group: everything but `outputs`, which the caller has chosen.
void emit_pointwise_group(const Program& program, const PointwiseRoles& roles, PointwiseGroup& group);

bool preserves_zero(const Program& program, const PointwiseGroup& group);

// `value` as bf16 and f16 hold it; other types round where their lanes are computed.
double round_to(DType dtype, double value);

}  // namespace laminet
