#include "layout.h"

#include <algorithm>
#include <numeric>

namespace laminet::cpu {

namespace {

Dims dense_strides(const Dims& dims) {
  Dims strides(dims.size(), 1);
  for (size_t axis = dims.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * std::max<int64_t>(dims[axis], 1);
  return strides;
}

// The library has no scalars and no float64: a scalar is one element, a float64 borrows float32's descriptor (bytes() knows).
Dims at_least_one_axis(const Dims& dims) { return dims.empty() ? Dims{1} : dims; }

std::vector<Digit> digits_of(const Blocking& blocking) {
  const size_t blocks = blocking.inner_blocks.size();
  std::vector<int64_t> strides(blocks, 1);
  for (size_t block = blocks; block-- > 1;) strides[block - 1] = strides[block] * blocking.inner_blocks[block];
  std::vector<Digit> digits;
  for (int axis = 0; axis < static_cast<int>(blocking.dims.size()); ++axis) {
    int64_t step = 1;
    for (size_t block = 0; block < blocks; ++block)
      if (blocking.inner_axes[block] == axis) step *= blocking.inner_blocks[block];
    digits.push_back({axis, blocking.padded_dims[axis] / step, step, blocking.strides[axis]});
    for (size_t block = 0; block < blocks; ++block) {
      if (blocking.inner_axes[block] != axis) continue;
      step /= blocking.inner_blocks[block];
      digits.push_back({axis, blocking.inner_blocks[block], step, strides[block]});
    }
  }
  return digits;
}

bool dense_in_order(const std::vector<Digit>& digits) {
  int64_t expected = 1;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (digit->extent == 1) continue;
    if (digit->stride != expected) return false;
    expected *= digit->extent;
  }
  return true;
}

}  // namespace

dnnl::memory::data_type library_type(DType dtype) {
  switch (dtype) {
    case DType::i32: return dnnl::memory::data_type::s32;
    case DType::u8:
    case DType::boolean: return dnnl::memory::data_type::u8;
    case DType::bf16: return dnnl::memory::data_type::bf16;
    case DType::f16: return dnnl::memory::data_type::f16;
    default: return dnnl::memory::data_type::f32;
  }
}

MemoryDesc any_desc(const Dims& dims) { return MemoryDesc(dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any); }

Dims library_dims(const Dims& listing, const Axes& axes) {
  Dims result(listing.size());
  for (size_t axis = 0; axis < axes.size(); ++axis) result[axes[axis]] = listing[axis];
  return result;
}

Axes usual_axes(const MemoryDesc& desc) {
  const Blocking blocking = blocking_of(desc);
  std::vector<int> order(blocking.dims.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return blocking.strides[a] > blocking.strides[b]; });
  return inverse_axes(order);
}

Axes inverse_axes(const Axes& axes) {
  Axes inverse(axes.size());
  for (size_t axis = 0; axis < axes.size(); ++axis) inverse[axes[axis]] = static_cast<int>(axis);
  return inverse;
}

Layout::Layout(DType dtype, const MemoryDesc& desc) : dtype_(dtype), desc_(desc) {
  const Blocking blocking = blocking_of(desc);
  opaque_ = !blocking.blocked;
  if (opaque_) {
    plain_ = false;
    padded_ = true;
    return;
  }
  digits_ = digits_of(blocking);
  padded_ = blocking.padded_dims != blocking.dims;
  plain_ = !padded_ && dense_in_order(digits_);
}

Layout Layout::plain(const Type& type) { return plain_as(type.dtype, type.shape); }

Layout Layout::plain_as(DType dtype, const Dims& dims) {
  const Dims axes = at_least_one_axis(dims);
  return Layout(dtype, MemoryDesc(axes, library_type(dtype), dense_strides(axes)));
}

Layout Layout::from_library(const MemoryDesc& desc, const Axes& axes) {
  const MemoryDesc listing = desc.permute_axes(inverse_axes(axes), true);
  return Layout(DType::f32, dims_of(listing).empty() ? desc : listing);
}

Layout Layout::with_dtype(DType dtype) const {
  if (dtype == dtype_) return *this;
  if (plain_) return plain_as(dtype, dims());
  const Axes axes = usual_axes(desc_);
  const MemoryDesc desc = with_data_type(desc_.permute_axes(axes), library_type(dtype));
  return Layout(dtype, desc.permute_axes(inverse_axes(axes)));
}

bool Layout::operator==(const Layout& other) const {
  if (dtype_ != other.dtype_) return false;
  return (plain_ && other.plain_) || desc_ == other.desc_;
}

size_t Layout::bytes() const { return dtype_ == DType::f64 ? desc_.get_size() * 2 : desc_.get_size(); }

std::string Layout::text() const {
  if (opaque_) return "opaque";
  const Blocking blocking = blocking_of(desc_);
  std::string text;
  for (int axis : inverse_axes(usual_axes(desc_))) text += static_cast<char>('a' + axis);
  for (size_t block = 0; block < blocking.inner_blocks.size(); ++block)
    text += std::to_string(blocking.inner_blocks[block]) + static_cast<char>('a' + blocking.inner_axes[block]);
  return text;
}

}  // namespace laminet::cpu
