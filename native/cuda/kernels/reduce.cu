#include "cuda/kernels/reduce.h"

#include "cuda/kernels/launch.h"
#include "cuda/kernels/reduce.cuh"

namespace laminet::cuda {
namespace {

// body.operator()<T>() with the type that elements of `dtype` are stored in.
template <typename Body>
void with_number_type(DType dtype, const Body& body) {
  switch (dtype) {
    case DType::f32: return body.template operator()<float>();
    case DType::f64: return body.template operator()<double>();
    case DType::i32: return body.template operator()<int32_t>();
    case DType::u8: return body.template operator()<uint8_t>();
    case DType::bf16: return body.template operator()<__nv_bfloat16>();
    case DType::f16: return body.template operator()<__half>();
    default: throw Error("INTERNAL", std::string("reduction: no kernel: received ") + dtype_name(dtype) + "; expected numbers");
  }
}

// body(reducer)
template <typename T, typename Body>
void with_reducer(Reduction reduction, const Body& body) {
  switch (reduction) {
    case Reduction::sum:
    case Reduction::prod: return body(Totals<T>{reduction == Reduction::prod});
    case Reduction::max:
    case Reduction::min: return body(Extremes<T>{reduction == Reduction::min});
    default: return body(ArgExtremes<T>{reduction == Reduction::arg_min});
  }
}

template <typename In, typename Reducer>
void launch_pass(const Reducer& reducer, const ReduceSizes& sizes, const void* from, void* to, cudaStream_t stream) {
  const ReduceArguments<Reducer, In> arguments{Global(static_cast<const In*>(from)), Global(static_cast<typename Reducer::State*>(to)),
                                               Global(static_cast<typename Reducer::Result*>(to)), sizes, reducer};
  if (sizes.rows) {
    const int64_t rows_of_block = kReduceThreads / sizes.width, rows = sizes.outer * sizes.chunks;
    const auto blocks = static_cast<unsigned>((rows + rows_of_block - 1) / rows_of_block);
    launch("reduce_rows", reduce_rows<Reducer, In>, blocks, kReduceThreads, stream, arguments);
  } else {
    const int64_t vectors = sizes.outer * sizes.inner / (sizes.vectors ? 4 : 1), tiles = (vectors + sizes.width - 1) / sizes.width;
    launch("reduce_columns", reduce_columns<Reducer, In>, static_cast<unsigned>(tiles * sizes.chunks), kReduceThreads, stream, arguments);
  }
}

}  // namespace

size_t reduce_partial_bytes(Reduction reduction, DType dtype) {
  const size_t value = dtype == DType::f64 ? 8 : 4;
  return reduction == Reduction::arg_max || reduction == Reduction::arg_min ? 2 * value : value;
}

void launch_reduce(Reduction reduction, DType dtype, const ReduceSizes& sizes, const void* from, void* to, cudaStream_t stream) {
  with_number_type(dtype, [&]<typename T>() {
    with_reducer<T>(reduction, [&](const auto& reducer) {
      using State = typename std::decay_t<decltype(reducer)>::State;
      if (sizes.from_partials) launch_pass<State>(reducer, sizes, from, to, stream);
      else launch_pass<T>(reducer, sizes, from, to, stream);
    });
  });
}

}  // namespace laminet::cuda
