// Max pooling as the kernels see it.
#pragma once

#include "cpu/image_layout.h"
#include "cpu/kernels/max_pool.h"
#include "cpu/lowering.h"
#include "runtime/geometry.h"

namespace laminet::cpu {

// Layouts of image and result.
struct Pooling {
  Layout source, destination;
  MaxPoolShape shape;

  static Pooling from(const Instruction& instruction, const Layout& image, const Shape& x, const Shape& y);
  MaxPoolShape slice(int64_t images) const;
  size_t places() const { return static_cast<size_t>(shape.images * shape.rows.output * shape.columns.output * shape.lanes); }
};

// Empty, or why the kernels cannot pool x, or differentiate that.
std::string refusal_of_max_pool(const ClaimGraph& graph, const Instruction& instruction, int x);

}  // namespace laminet::cpu
