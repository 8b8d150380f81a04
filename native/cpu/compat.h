// Every difference between the APIs of oneDNN 2.6 and 3.x that this backend meets; nothing else here asks for the version.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <vector>

namespace laminet::cpu {

using MemoryDesc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;

// Strides, dilations (0: dense, the library's way of counting) and padding of a convolution or pooling.
struct Window {
  Dims kernel;  // pooling only
  Dims strides, dilations, before, after;
};

// The blocked physical structure of a descriptor: axis a lies in padded_dims[a] / (product of its inner blocks) outer blocks.
struct Blocking {
  Dims dims, padded_dims, strides;
  std::vector<int64_t> inner_blocks;
  std::vector<int> inner_axes;
  bool blocked = false;  // false: an opaque format that only the library can read
};

inline Dims dims_of(const MemoryDesc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_dims();
#else
  return desc.dims();
#endif
}

inline dnnl::memory::data_type data_type_of(const MemoryDesc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_data_type();
#else
  return desc.data_type();
#endif
}

inline Blocking blocking_of(const MemoryDesc& desc) {
  Blocking result;
  result.dims = dims_of(desc);
#if DNNL_VERSION_MAJOR >= 3
  result.blocked = desc.get_format_kind() == dnnl::memory::format_kind::blocked;
  if (!result.blocked) return result;
  result.padded_dims = desc.get_padded_dims();
  result.strides = desc.get_strides();
  const Dims blocks = desc.get_inner_blks();
  const Dims axes = desc.get_inner_idxs();
  result.inner_blocks.assign(blocks.begin(), blocks.end());
  result.inner_axes.assign(axes.begin(), axes.end());
#else
  result.blocked = desc.data.format_kind == dnnl_blocked && desc.data.extra.flags == 0;
  if (!result.blocked) return result;
  const auto& blocking = desc.data.format_desc.blocking;
  result.padded_dims.assign(desc.data.padded_dims, desc.data.padded_dims + desc.data.ndims);
  result.strides.assign(blocking.strides, blocking.strides + desc.data.ndims);
  for (int block = 0; block < blocking.inner_nblks; ++block) {
    result.inner_blocks.push_back(blocking.inner_blks[block]);
    result.inner_axes.push_back(static_cast<int>(blocking.inner_idxs[block]));
  }
#endif
  return result;
}

// The same places for elements of another type. `desc` has the usual order of axes.
inline MemoryDesc with_data_type(const MemoryDesc& desc, dnnl::memory::data_type type) {
#if DNNL_VERSION_MAJOR >= 3
  const Blocking wanted = blocking_of(desc);
  if (wanted.inner_blocks.empty()) return MemoryDesc(wanted.dims, type, wanted.strides);
  // Descriptors are opaque: the format is found again by its structure.
  for (int tag = 1; tag < dnnl_format_tag_last; ++tag) {
    const MemoryDesc found(wanted.dims, type, static_cast<dnnl::memory::format_tag>(tag), true);
    if (!found || found.get_ndims() != static_cast<int>(wanted.dims.size())) continue;
    const Blocking blocking = blocking_of(found);
    if (blocking.blocked && blocking.strides == wanted.strides && blocking.inner_blocks == wanted.inner_blocks &&
        blocking.inner_axes == wanted.inner_axes)
      return found;
  }
  throw dnnl::error(dnnl_unimplemented, "a layout has no name in the library");
#else
  MemoryDesc result = desc;
  result.data.data_type = dnnl::memory::convert_to_c(type);
  return result;
#endif
}

// The makers below give an empty primitive descriptor (false when tested) where the library has no implementation.
#if DNNL_VERSION_MAJOR >= 3
template <typename Primitive, typename... Arguments>
typename Primitive::primitive_desc make_desc(const dnnl::engine& engine, const dnnl::primitive_attr& attributes,
                                             const Arguments&... arguments) {
  return typename Primitive::primitive_desc(engine, arguments..., attributes, true);
}
template <typename Primitive, typename Hint, typename... Arguments>
typename Primitive::primitive_desc make_backward_desc(const dnnl::engine& engine, const dnnl::primitive_attr& attributes,
                                                      const Hint& forward, const Arguments&... arguments) {
  return typename Primitive::primitive_desc(engine, arguments..., forward, attributes, true);
}
#else
template <typename Primitive, typename... Arguments>
typename Primitive::primitive_desc make_desc(const dnnl::engine& engine, const dnnl::primitive_attr& attributes,
                                             const Arguments&... arguments) {
  try {
    return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attributes, engine, true);
  } catch (const dnnl::error&) {
    return {};  // 2.x checks the arguments in the operation descriptor, which always throws
  }
}
template <typename Primitive, typename Hint, typename... Arguments>
typename Primitive::primitive_desc make_backward_desc(const dnnl::engine& engine, const dnnl::primitive_attr& attributes,
                                                      const Hint& forward, const Arguments&... arguments) {
  try {
    return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attributes, engine, forward, true);
  } catch (const dnnl::error&) {
    return {};
  }
}
#endif

inline dnnl::convolution_forward::primitive_desc convolution_forward_desc(
    const dnnl::engine& engine, dnnl::algorithm algorithm, const MemoryDesc& source, const MemoryDesc& weights, const MemoryDesc& bias,
    const MemoryDesc& destination, const Window& window, const dnnl::primitive_attr& attributes) {
  return make_desc<dnnl::convolution_forward>(engine, attributes, dnnl::prop_kind::forward_training, algorithm, source, weights, bias,
                                              destination, window.strides, window.dilations, window.before, window.after);
}

inline dnnl::convolution_backward_data::primitive_desc convolution_backward_data_desc(
    const dnnl::engine& engine, dnnl::algorithm algorithm, const MemoryDesc& source_gradient, const MemoryDesc& weights,
    const MemoryDesc& gradient, const Window& window, const dnnl::convolution_forward::primitive_desc& forward,
    const dnnl::primitive_attr& attributes) {
  return make_backward_desc<dnnl::convolution_backward_data>(engine, attributes, forward, algorithm, source_gradient, weights, gradient,
                                                             window.strides, window.dilations, window.before, window.after);
}

inline dnnl::convolution_backward_weights::primitive_desc convolution_backward_weights_desc(
    const dnnl::engine& engine, dnnl::algorithm algorithm, const MemoryDesc& source, const MemoryDesc& weights_gradient,
    const MemoryDesc& bias_gradient, const MemoryDesc& gradient, const Window& window,
    const dnnl::convolution_forward::primitive_desc& forward, const dnnl::primitive_attr& attributes) {
  return make_backward_desc<dnnl::convolution_backward_weights>(engine, attributes, forward, algorithm, source, weights_gradient,
                                                                bias_gradient, gradient, window.strides, window.dilations, window.before,
                                                                window.after);
}

inline dnnl::inner_product_forward::primitive_desc inner_product_forward_desc(const dnnl::engine& engine, const MemoryDesc& source,
                                                                              const MemoryDesc& weights, const MemoryDesc& bias,
                                                                              const MemoryDesc& destination,
                                                                              const dnnl::primitive_attr& attributes) {
  return make_desc<dnnl::inner_product_forward>(engine, attributes, dnnl::prop_kind::forward_training, source, weights, bias, destination);
}

inline dnnl::inner_product_backward_data::primitive_desc inner_product_backward_data_desc(
    const dnnl::engine& engine, const MemoryDesc& source_gradient, const MemoryDesc& weights, const MemoryDesc& gradient,
    const dnnl::inner_product_forward::primitive_desc& forward, const dnnl::primitive_attr& attributes) {
  return make_backward_desc<dnnl::inner_product_backward_data>(engine, attributes, forward, source_gradient, weights, gradient);
}

inline dnnl::inner_product_backward_weights::primitive_desc inner_product_backward_weights_desc(
    const dnnl::engine& engine, const MemoryDesc& source, const MemoryDesc& weights_gradient, const MemoryDesc& bias_gradient,
    const MemoryDesc& gradient, const dnnl::inner_product_forward::primitive_desc& forward, const dnnl::primitive_attr& attributes) {
  return make_backward_desc<dnnl::inner_product_backward_weights>(engine, attributes, forward, source, weights_gradient, bias_gradient,
                                                                  gradient);
}

inline dnnl::matmul::primitive_desc matmul_desc(const dnnl::engine& engine, const MemoryDesc& left, const MemoryDesc& right,
                                                const MemoryDesc& destination, const dnnl::primitive_attr& attributes) {
  return make_desc<dnnl::matmul>(engine, attributes, left, right, destination);
}

inline dnnl::pooling_forward::primitive_desc pooling_forward_desc(const dnnl::engine& engine, dnnl::prop_kind kind,
                                                                  dnnl::algorithm algorithm, const MemoryDesc& source,
                                                                  const MemoryDesc& destination, const Window& window,
                                                                  const dnnl::primitive_attr& attributes) {
#if DNNL_VERSION_MAJOR >= 3
  return make_desc<dnnl::pooling_forward>(engine, attributes, kind, algorithm, source, destination, window.strides, window.kernel,
                                          window.dilations, window.before, window.after);
#else
  return make_desc<dnnl::pooling_forward>(engine, attributes, kind, algorithm, source, destination, window.strides, window.kernel,
                                          window.before, window.after);
#endif
}

inline dnnl::pooling_backward::primitive_desc pooling_backward_desc(const dnnl::engine& engine, dnnl::algorithm algorithm,
                                                                    const MemoryDesc& source_gradient, const MemoryDesc& gradient,
                                                                    const Window& window,
                                                                    const dnnl::pooling_forward::primitive_desc& forward,
                                                                    const dnnl::primitive_attr& attributes) {
#if DNNL_VERSION_MAJOR >= 3
  return make_backward_desc<dnnl::pooling_backward>(engine, attributes, forward, algorithm, source_gradient, gradient, window.strides,
                                                    window.kernel, window.dilations, window.before, window.after);
#else
  return make_backward_desc<dnnl::pooling_backward>(engine, attributes, forward, algorithm, source_gradient, gradient, window.strides,
                                                    window.kernel, window.before, window.after);
#endif
}

// Moves a descriptor to the library's next implementation; false at the end. 2.x keeps pointers to arguments that are long gone.
template <typename Desc>
bool next_implementation([[maybe_unused]] Desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.next_impl();
#else
  return false;
#endif
}

inline void append_eltwise(dnnl::post_ops& operations, dnnl::algorithm algorithm, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  operations.append_eltwise(algorithm, alpha, beta);
#else
  operations.append_eltwise(1.0f, algorithm, alpha, beta);
#endif
}

}  // namespace laminet::cpu
