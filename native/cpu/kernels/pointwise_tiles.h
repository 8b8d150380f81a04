// One step of a pointwise group over one tile: plain loops, one function an op and dtype.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../runtime/pointwise.h"
#include "../../runtime/program.h"

namespace laminet::cpu {

// result[i] = formula(x[i], y[i], z[i]; a, b). `result` may be an operand whose lanes have its size.
using TileFunction = void (*)(int64_t count, const void* x, const void* y, const void* z, void* result, double a, double b);

// values[4 k + j] is what word j of block blocks[k] gives, random_uniform in [a, b) or random_normal.
using RandomFunction = void (*)(const int32_t* state, uint32_t stream, const uint64_t* blocks, int64_t count, void* values, double a,
                                double b);

// Reads of an operand that is not dense: a nest of loops, the last innermost.
struct TilePattern {
  static constexpr int kRank = 8;
  int rank = 0;
  int64_t extents[kRank] = {};
  int64_t strides[kRank] = {};
};

struct PointwiseTiles {
  // Null where OPS.md does not know the dtype of the operand.
  TileFunction (*formula)(Pointwise code, DType operand);
  TileFunction (*cast)(DType from, DType to);
  RandomFunction (*random)(bool normal, DType dtype);
  // Elements start ... start + count - 1 of the nest, gathered from `source` into `destination`.
  void (*expand)(const TilePattern& pattern, size_t element_bytes, int64_t start, int64_t count, const void* source, void* destination);
};

}  // namespace laminet::cpu
