// Launches of the gradient of batch normalisation.
#include "cuda/kernels/batch_norm_backward.cuh"

#include "cuda/kernels/norm_parts.h"

namespace laminet::cuda {

namespace {

template <typename T, typename P, int V>
void backward(const BatchNorm& norm, const BatchNormBackward& at, cudaStream_t stream) {
  using A = Accumulator<T>;
  const Columns columns = columns_of(norm.rows, norm.channels / V, kMostColumns);
  const Parts parts = parts_of(columns);
  const Columns over_parts = columns_of(parts.count, norm.channels, kMostChannels);
  A* const sums = static_cast<A*>(at.scratch);
  A* const coefficients = sums + 2 * parts.count * norm.channels;
  const auto x = reads<T>(at.x), dy = reads<T>(at.dy), y = reads<T>(at.y);
  const auto mean = reads<P>(at.mean);
  launch<GradientSumsArguments<T, P>>(
      "batch_norm_backward sums", batch_norm_gradient_sums<T, P, V>, grid_over_parts(columns, parts), kColumnThreads, stream,
      {columns, parts.rows, norm.activation, static_cast<A>(norm.alpha), x, dy, y, mean, Global<A>(sums)});
  launch<CombineGradientsArguments<T, P>>(
      "batch_norm_backward combine", batch_norm_combine_gradients<T, P>, tiles(over_parts), kColumnThreads, stream,
      {over_parts, norm.rows, static_cast<A>(norm.epsilon), reads<P>(at.gamma), mean, reads<P>(at.variance), Global<const A>(sums),
       writes<P>(at.dgamma), writes<P>(at.dbeta), Global<A>(coefficients)});
  if (norm.rows == 0) return;
  launch<GradientArguments<T>>(
      "batch_norm_backward gradient", batch_norm_gradient<T, V>, grid_over_rows(columns, kRowsAtOnce<V>), kColumnThreads, stream,
      {columns, norm.activation, at.dskip != nullptr, static_cast<A>(norm.alpha), x, dy, y, Global<const A>(coefficients),
       writes<T>(at.dx), writes<T>(at.dskip)});
}

}  // namespace

void launch_batch_norm_backward(const BatchNorm& norm, const BatchNormBackward& at, cudaStream_t stream) {
  if (norm.channels == 0) return;
  with_types(norm, [&]<typename T, typename P>() {
    if (moves_vectors<T>(norm.channels, {at.x, at.dy, at.y, at.dx, at.dskip})) {
      backward<T, P, kVector<T>>(norm, at, stream);
    } else {
      backward<T, P, 1>(norm, at, stream);
    }
  });
}

}  // namespace laminet::cuda
