// Launches of batch normalisation: how rows are divided among blocks, and the choice of a kernel by types and alignment.
#include "cuda/kernels/batch_norm.cuh"

#include "cuda/kernels/float_types.h"
#include "cuda/kernels/launch.h"
#include "cuda/kernels/vectors.h"

namespace laminet::cuda {

namespace {

constexpr int64_t kMostColumns = 64;    // of a block over images
constexpr int64_t kMostChannels = 8;    // of a block over parts: 32 bytes a row of floats
constexpr int64_t kThreadRows = 16;     // at least so many rows a thread where there is more than one part
constexpr int64_t kMostBlocks = 512;    // over images: enough to fill any GPU, few enough to combine quickly
constexpr int64_t kMostRowBlocks = 4096;
constexpr int64_t kCoefficients = 4;    // planes

int64_t quotient_up(int64_t x, int64_t y) { return (x + y - 1) / y; }

// Tiles of equal width.
Columns columns_of(int64_t rows, int64_t count, int64_t most) {
  Columns columns;
  columns.rows = rows;
  columns.count = count;
  columns.width = static_cast<int>(quotient_up(count, quotient_up(count, most)));
  columns.height = kColumnThreads / columns.width;
  for (columns.half = 1; columns.half * 2 < columns.height;) columns.half *= 2;
  return columns;
}

unsigned tiles(const Columns& columns) { return static_cast<unsigned>(quotient_up(columns.count, columns.width)); }

struct Parts {
  int64_t rows;   // of one part; the last may have fewer
  int64_t count;  // at least 1; only one part may be empty
};

Parts parts_of(const Columns& columns) {
  const int64_t most = std::max<int64_t>(kMostBlocks / tiles(columns), 1);
  const int64_t wanted = std::clamp<int64_t>(columns.rows / (columns.height * kThreadRows), 1, most);
  const int64_t rows = std::max<int64_t>(quotient_up(columns.rows, wanted), 1);
  return {rows, std::max<int64_t>(quotient_up(columns.rows, rows), 1)};
}

// An upper bound of parts_of(...).count.
int64_t most_parts(int64_t rows) { return std::clamp<int64_t>(rows / kThreadRows, 1, kMostBlocks); }

dim3 grid_over_parts(const Columns& columns, const Parts& parts) { return dim3(tiles(columns), static_cast<unsigned>(parts.count)); }

dim3 grid_over_rows(const Columns& columns) {
  const int64_t most = std::max<int64_t>(kMostRowBlocks / tiles(columns), 1);
  const int64_t rows_at_once = static_cast<int64_t>(columns.height) * kRowsAtOnce;
  return dim3(tiles(columns), static_cast<unsigned>(std::clamp<int64_t>(quotient_up(columns.rows, rows_at_once), 1, most)));
}

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
      {over_parts, norm.rows, parts.rows, static_cast<A>(norm.epsilon), x, reads<P>(at.gamma),
       reads<P>(at.beta), Global<const A>(sums), writes<P>(at.mean),
       writes<P>(at.variance), Global<A>(coefficients)});
  if (norm.rows == 0) return;
  launch<NormalizeArguments<T>>(
      "batch_norm normalize", batch_norm_normalize<T, V>, grid_over_rows(columns), kColumnThreads, stream,
      {columns, norm.activation, at.skip != nullptr, static_cast<A>(norm.alpha), x, reads<T>(at.skip),
       Global<const A>(coefficients), writes<T>(at.y)});
}

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
      {over_parts, norm.rows, static_cast<A>(norm.epsilon), reads<P>(at.gamma), mean,
       reads<P>(at.variance), Global<const A>(sums), writes<P>(at.dgamma),
       writes<P>(at.dbeta), Global<A>(coefficients)});
  if (norm.rows == 0) return;
  launch<GradientArguments<T>>(
      "batch_norm_backward gradient", batch_norm_gradient<T, V>, grid_over_rows(columns), kColumnThreads, stream,
      {columns, norm.activation, at.dskip != nullptr, static_cast<A>(norm.alpha), x, dy, y, Global<const A>(coefficients),
       writes<T>(at.dx), writes<T>(at.dskip)});
}

// body.operator()<T, P>() for the types of a normalisation.
template <typename Body>
void with_types(const BatchNorm& norm, const Body& body) {
  with_float_type("batch_norm", norm.dtype, [&]<typename T>() {
    if constexpr (sizeof(T) == 2) {
      if (norm.parameters == DType::f32) return body.template operator()<T, float>();
    }
    body.template operator()<T, T>();
  });
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
