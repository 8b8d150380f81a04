// How the elements of a value lie in memory. The library's descriptor is kept with its axes in the listing's order (an axis of the
// listing may be split in two, as the output channels of a grouped kernel are), so the plain layout of a value is always the dense
// row-major one, whatever the axes mean to a primitive, and two values are compatible element by element when their layouts are equal.
#pragma once

#include <string>
#include <vector>

#include "runtime/program.h"
#include "compat.h"

namespace laminet::cpu {

// Where axis i of the listing stands among the axes of a primitive.
using Axes = std::vector<int>;
inline const Axes kImageAxes = {0, 2, 3, 1};              // n h w c -> n c h w
inline const Axes kKernelAxes = {2, 3, 1, 0};             // h w i o -> o i h w
inline const Axes kGroupedKernelAxes = {3, 4, 2, 0, 1};   // h w i g o -> g o i h w
inline const Axes kRowAxes = {0, 1};                      // n c -> n c
inline const Axes kMatrixAxes = {1, 0};                   // i o -> o i
inline const Axes kVectorAxes = {0};

// One loop of a layout's nest: `extent` steps that move `step` along the axis and `stride` elements in memory.
struct Digit {
  int axis;
  int64_t extent, step, stride;
};

dnnl::memory::data_type library_type(DType dtype);
// "any": the library chooses. Dims in the primitive's order.
MemoryDesc any_desc(const Dims& dims);
// The same elements in the primitive's order of axes, and back.
Dims library_dims(const Dims& listing, const Axes& axes);
// The library knows blocked formats by their usual order of axes (n c h w, o i h w): the order of the outer strides restores it.
Axes usual_axes(const MemoryDesc& desc);
Axes inverse_axes(const Axes& axes);

class Layout {
 public:
  Layout() = default;
  static Layout plain(const Type& type);
  // Plain, with the axes written as `dims`, which enumerate the same elements.
  static Layout plain_as(DType dtype, const Dims& dims);
  static Layout from_library(const MemoryDesc& desc, const Axes& axes);

  // The same places for elements of another type.
  Layout with_dtype(DType dtype) const;

  // The descriptor as a primitive wants it.
  MemoryDesc library(const Axes& axes) const { return desc_.permute_axes(axes); }
  const MemoryDesc& desc() const { return desc_; }
  Dims dims() const { return dims_of(desc_); }
  DType dtype() const { return dtype_; }

  bool operator==(const Layout& other) const;
  // In the order of the listing without holes, however its axes are written.
  bool is_plain() const { return plain_; }
  // Holds lanes that belong to no element; they are zero, always.
  bool is_padded() const { return padded_; }
  // The library alone can read it.
  bool is_opaque() const { return opaque_; }
  size_t bytes() const;
  // Axis by axis in the listing's order, within an axis from the outermost block to the innermost. Padded extents.
  const std::vector<Digit>& digits() const { return digits_; }
  // The library's notation with the axes of the listing: "abcd" is plain, "adbc16d" has the last axis blocked by 16.
  std::string text() const;

 private:
  Layout(DType dtype, const MemoryDesc& desc);

  DType dtype_ = DType::f32;
  MemoryDesc desc_;
  std::vector<Digit> digits_;
  bool plain_ = true, padded_ = false, opaque_ = false;
};

}  // namespace laminet::cpu
