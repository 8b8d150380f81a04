// The blocked layouts of images: nChw16c and nChw8c.
#pragma once

#include <optional>

#include "layout.h"

namespace laminet::cpu {

// An image of this shape (n h w c) with its channels in blocks of 16 or 8. Nothing when it has other axes or channels that fill no block.
inline std::optional<Layout> blocked_image(const Shape& shape, int64_t block) {
  if (shape.size() != 4 || shape[3] % block != 0) return std::nullopt;
  const auto tag = block == 16 ? dnnl::memory::format_tag::nChw16c : dnnl::memory::format_tag::nChw8c;
  return Layout::from_library(MemoryDesc(library_dims(shape, kImageAxes), dnnl::memory::data_type::f32, tag), kImageAxes);
}

// The same for any number of channels, with padded ones where they fill no block. Block 0: channels last.
inline Layout image_with_block(const Shape& shape, int64_t block) {
  if (block == 0) return Layout::plain({DType::f32, shape});
  const auto tag = block == 16 ? dnnl::memory::format_tag::nChw16c : dnnl::memory::format_tag::nChw8c;
  return Layout::from_library(MemoryDesc(library_dims(shape, kImageAxes), dnnl::memory::data_type::f32, tag), kImageAxes);
}

// The block of such a layout, also of one with padded channels; 0 of any other.
inline int64_t image_block(const Layout& layout) {
  if (layout.is_plain() || layout.is_opaque() || layout.dims().size() != 4 || layout.dtype() != DType::f32) return 0;
  for (const int64_t block : {16, 8}) {
    const auto tag = block == 16 ? dnnl::memory::format_tag::nChw16c : dnnl::memory::format_tag::nChw8c;
    const MemoryDesc desc(library_dims(layout.dims(), kImageAxes), dnnl::memory::data_type::f32, tag);
    if (layout == Layout::from_library(desc, kImageAxes)) return block;
  }
  return 0;
}

}  // namespace laminet::cpu
