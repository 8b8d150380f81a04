// Launches of batch normalisation.
#include "cuda/kernels/batch_norm.cuh"

#include "cuda/kernels/norm_parts.h"

namespace laminet::cuda {

namespace {

template <typename T, typename P, int V>
void forward(const BatchNorm& norm, const BatchNormForward& at, cudaStream_t stream) {
  using A = Accumulator<T>;
  const Columns columns = columns_of(norm.rows, norm.channels / V, kMostColumns);
  const Parts parts = parts_of(columns);
  const Columns over_parts = columns_of(parts.count, norm.channels, kMostChannels);
  A* const sums = static_cast<A*>(at.scratch);
  A* const coefficients = sums + 2 * parts.count * norm.channels;
  const auto x = reads<T>(at.x);
  launch<StatisticsArguments<T>>("batch_norm statistics", batch_norm_statistics<T, V>, grid_over_parts(columns, parts), kColumnThreads,
                                 stream, {columns, parts.rows, x, Global<A>(sums)});
  launch<CombineArguments<T, P>>(
      "batch_norm combine", batch_norm_combine<T, P>, tiles(over_parts), kColumnThreads, stream,
      {over_parts, norm.rows, parts.rows, static_cast<A>(norm.epsilon), x, reads<P>(at.gamma), reads<P>(at.beta),
       Global<const A>(sums), writes<P>(at.mean), writes<P>(at.variance), Global<A>(coefficients)});
  if (norm.rows == 0) return;
  launch<NormalizeArguments<T>>(
      "batch_norm normalize", batch_norm_normalize<T, V>, grid_over_rows(columns, kRowsAtOnce<V>), kColumnThreads, stream,
      {columns, norm.activation, at.skip != nullptr, static_cast<A>(norm.alpha), x, reads<T>(at.skip),
       Global<const A>(coefficients), writes<T>(at.y)});
}

}  // namespace

bool batch_norm_supported(DType dtype, DType parameters) {
  return is_float(dtype) && (parameters == dtype || (is_float16(dtype) && parameters == DType::f32));
}

size_t batch_norm_scratch_bytes(const BatchNorm& norm) {
  const size_t number = norm.dtype == DType::f64 ? sizeof(double) : sizeof(float);
  return static_cast<size_t>((2 * most_parts(norm.rows) + kCoefficients) * norm.channels) * number;
}

void launch_batch_norm(const BatchNorm& norm, const BatchNormForward& at, cudaStream_t stream) {
  if (norm.channels == 0) return;
  with_types(norm, [&]<typename T, typename P>() {
    if (moves_vectors<T>(norm.channels, {at.x, at.skip, at.y})) {
      forward<T, P, kVector<T>>(norm, at, stream);
    } else {
      forward<T, P, 1>(norm, at, stream);
    }
  });
}

}  // namespace laminet::cuda
