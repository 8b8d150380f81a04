// A window's lanes stay in registers while its taps pass; images are shared out among the threads.
#include <limits>

#include "max_pool_windows.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

template <int N>
LAMINET_INLINE void forward_lanes(const MaxPoolShape& shape, const Taps& rows, const Taps& columns, const float* x, float* y, uint8_t* places) {
  using L = Lanes<N>;
  const bool empty = rows.first == rows.last || columns.first == columns.last;
  typename L::Floats best = typename L::Floats{} - std::numeric_limits<float>::infinity();
  typename L::Integers place = typename L::Integers{} + static_cast<int32_t>(empty ? 255 : rows.first * shape.columns.window + columns.first);
  for (int64_t row = rows.first; row < rows.last; ++row) {
    const float* cells = x + ((rows.cell + row) * shape.columns.input + columns.cell) * shape.lanes;
    for (int64_t column = columns.first; column < columns.last; ++column) {
      typename L::Floats value;
      load(value, cells + column * shape.lanes);
      const typename L::Integers better = (value > best) | ((value != value) & (best == best));
      const typename L::Integers tap = typename L::Integers{} + static_cast<int32_t>(row * shape.columns.window + column);
      best = better ? value : best;
      place = better ? tap : place;
    }
  }
  store(y, best);
  if (places != nullptr) store(places, __builtin_convertvector(place, typename L::Bytes));
}

template <int N>
LAMINET_INLINE void backward_lanes(const MaxPoolShape& shape, const Taps& rows, const Taps& columns, const uint8_t* places, const float* dy,
                                   float* dx) {
  using L = Lanes<N>;
  typename L::Integers gradient;  // its bits
  typename L::Bytes bytes;
  load(gradient, dy);
  load(bytes, places);
  const auto place = __builtin_convertvector(bytes, typename L::Integers);
  for (int64_t row = rows.first; row < rows.last; ++row) {
    float* cells = dx + ((rows.cell + row) * shape.columns.input + columns.cell) * shape.lanes;
    for (int64_t column = columns.first; column < columns.last; ++column) {
      const typename L::Integers tap = typename L::Integers{} + static_cast<int32_t>(row * shape.columns.window + column);
      typename L::Floats sum;
      load(sum, cells + column * shape.lanes);
      sum += (typename L::Floats)(gradient & (place == tap));  // keeps the bits
      store(cells + column * shape.lanes, sum);
    }
  }
}

void forward(const MaxPoolShape& shape, const float* x, float* y, uint8_t* places) {
  const int64_t rows = shape.images * shape.rows.output;
#pragma omp parallel for schedule(static)
  for (int64_t index = 0; index < rows; ++index) {
    const int64_t image = index / shape.rows.output;
    const Taps row = taps_at(shape.rows, index % shape.rows.output);
    const float* from = x + image * shape.rows.input * shape.columns.input * shape.lanes;
    for (int64_t column = 0; column < shape.columns.output; ++column) {
      const Taps taps = taps_at(shape.columns, column);
      const int64_t to = (index * shape.columns.output + column) * shape.lanes;
      for_each_lane_run(shape.lanes, [&]<int N>(int64_t lane) {
        forward_lanes<N>(shape, row, taps, from + lane, y + to + lane, places == nullptr ? nullptr : places + to + lane);
      });
    }
  }
}

// Rows of dx become zero shortly before the first window adds to them, while they come into the cache anyway.
void backward_image(const MaxPoolShape& shape, const uint8_t* places, const float* dy, float* dx) {
  const int64_t row_floats = shape.columns.input * shape.lanes;
  int64_t cleared = 0;
  const auto clear_until = [&](int64_t row) {
    if (row <= cleared) return;
    std::memset(dx + cleared * row_floats, 0, static_cast<size_t>((row - cleared) * row_floats) * sizeof(float));
    cleared = row;
  };
  for (int64_t position = 0; position < shape.rows.output; ++position) {
    const Taps row = taps_at(shape.rows, position);
    clear_until(std::min(row.cell + row.last, shape.rows.input));
    for (int64_t column = 0; column < shape.columns.output; ++column) {
      const Taps taps = taps_at(shape.columns, column);
      const int64_t from = (position * shape.columns.output + column) * shape.lanes;
      for_each_lane_run(shape.lanes, [&]<int N>(int64_t lane) {
        backward_lanes<N>(shape, row, taps, places + from + lane, dy + from + lane, dx + lane);
      });
    }
  }
  clear_until(shape.rows.input);
}

void backward(const MaxPoolShape& shape, const uint8_t* places, const float* dy, float* dx) {
  const int64_t inputs = shape.rows.input * shape.columns.input * shape.lanes, outputs = shape.rows.output * shape.columns.output * shape.lanes;
#pragma omp parallel for schedule(static)
  for (int64_t image = 0; image < shape.images; ++image)
    backward_image(shape, places + image * outputs, dy + image * outputs, dx + image * inputs);
}

}  // namespace

extern const MaxPoolKernels max_pool_table{forward, backward};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
