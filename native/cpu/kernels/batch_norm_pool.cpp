// Rows of windows are shared out among the threads; coefficients stay in registers along a row.
#include "batch_norm_pool.h"

#include <limits>

#include "batch_norm_formulas.h"
#include "max_pool_windows.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

// An image, or a block of its channels, and its coefficients.
struct Plane {
  int64_t input, output;  // offsets of its floats
  int64_t lane;           // of its first channel

  Plane(const BatchNormPool& options, int64_t index) {
    const MaxPoolShape& pool = options.pool;
    input = index * pool.rows.input * pool.columns.input * pool.lanes;
    output = index * pool.rows.output * pool.columns.output * pool.lanes;
    lane = index % row_geometry(options.norm.shape).blocks * pool.lanes;
  }
};

template <int N>
struct LaneCoefficients {
  typename Lanes<N>::Floats center, scale, shift, slope, offset;

  LaneCoefficients(const Coefficients& all, int64_t lane) {
    load(center, all.center + lane), load(scale, all.scale + lane), load(shift, all.shift + lane);
    load(slope, all.slope + lane), load(offset, all.offset + lane);
  }
};

// One row of windows.
template <BatchNormActivation kActivation, int N>
LAMINET_INLINE void pool_row(const BatchNormPool& options, const LaneCoefficients<N>& channel, const Taps& rows, const float* x, float* y,
                             float* x_at_maximum, uint8_t* places) {
  using L = Lanes<N>;
  const MaxPoolShape& pool = options.pool;
  for (int64_t position = 0; position < pool.columns.output; ++position) {
    const Taps columns = taps_at(pool.columns, position);
    const float* const window = x + (rows.cell * pool.columns.input + columns.cell) * pool.lanes;
    const auto cell = [&](int64_t row, int64_t column) { return window + (row * pool.columns.input + column) * pool.lanes; };
    typename L::Floats best = typename L::Floats{} - std::numeric_limits<float>::infinity(), best_x;
    typename L::Integers place = typename L::Integers{} + static_cast<int32_t>(rows.first * pool.columns.window + columns.first);
    load(best_x, cell(rows.first, columns.first));
    for (int64_t row = rows.first; row < rows.last; ++row) {
      for (int64_t column = columns.first; column < columns.last; ++column) {
        typename L::Floats value_x;
        load(value_x, cell(row, column));
        const auto value = activate<kActivation>((value_x - channel.center) * channel.scale + channel.shift, options.norm.alpha);
        const typename L::Integers better = (value > best) | ((value != value) & (best == best));
        const typename L::Integers tap = typename L::Integers{} + static_cast<int32_t>(row * pool.columns.window + column);
        best = better ? value : best;
        best_x = better ? value_x : best_x;
        place = better ? tap : place;
      }
    }
    store(y + position * pool.lanes, best);
    store(x_at_maximum + position * pool.lanes, best_x);
    store(places + position * pool.lanes, __builtin_convertvector(place, typename L::Bytes));
  }
}

template <BatchNormActivation kActivation>
void forward_with(const BatchNormOptions& norm, const BatchNormPool& options, const float* x, const void* coefficients, float* y,
                  float* x_at_maximum, uint8_t* places) {
  const MaxPoolShape& pool = options.pool;
  const Coefficients all(coefficients, row_geometry(norm.shape));
#pragma omp parallel for schedule(static)
  for (int64_t index = 0; index < pool.images * pool.rows.output; ++index) {
    const Plane plane(options, index / pool.rows.output);
    const int64_t position = index % pool.rows.output, to = plane.output + position * pool.columns.output * pool.lanes;
    const Taps rows = taps_at(pool.rows, position);
    for_each_lane_run(pool.lanes, [&]<int N>(int64_t lane) {
      pool_row<kActivation, N>(options, {all, plane.lane + lane}, rows, x + plane.input + lane, y + to + lane, x_at_maximum + to + lane,
                               places + to + lane);
    });
  }
}

// Behind the last cell, counted as taps are, before the next window begins.
LAMINET_INLINE int64_t gap_end(const PoolAxis& axis, int64_t position, const Taps& taps) {
  return position + 1 < axis.output ? axis.stride : axis.input - taps.cell;
}

// One row of windows, each with the cells between it and the next ones.
template <BatchNormActivation kActivation, int N>
LAMINET_INLINE void differentiate_row(const BatchNormPool& options, const LaneCoefficients<N>& channel, const Taps& rows, int64_t row_end,
                                      const float* x, const float* x_at_maximum, const uint8_t* places, const float* dy, float* dx) {
  using L = Lanes<N>;
  const MaxPoolShape& pool = options.pool;
  for (int64_t position = 0; position < pool.columns.output; ++position) {
    const Taps columns = taps_at(pool.columns, position);
    const int64_t column_end = gap_end(pool.columns, position, columns);
    typename L::Floats value, gradient;
    typename L::Bytes bytes;
    load(value, x_at_maximum + position * pool.lanes);
    load(gradient, dy + position * pool.lanes);
    load(bytes, places + position * pool.lanes);
    const auto d = pass_gradient<kActivation>((value - channel.center) * channel.scale + channel.shift, gradient, options.norm.alpha);
    const auto place = __builtin_convertvector(bytes, typename L::Integers);
    for (int64_t row = rows.first; row < row_end; ++row) {
      const int64_t begin = ((rows.cell + row) * pool.columns.input + columns.cell) * pool.lanes;
      const auto write = [&](int64_t column, const typename L::Floats& d_here) {
        typename L::Floats cell;
        load(cell, x + begin + column * pool.lanes);
        store(dx + begin + column * pool.lanes, channel.scale * d_here + (channel.slope * (cell - channel.center) + channel.offset));
      };
      int64_t column = columns.first;
      for (; row < rows.last && column < columns.last; ++column) {
        const typename L::Integers tap = typename L::Integers{} + static_cast<int32_t>(row * pool.columns.window + column);
        write(column, place == tap ? d : typename L::Floats{});
      }
      for (; column < column_end; ++column) write(column, typename L::Floats{});
    }
  }
}

template <BatchNormActivation kActivation>
void differentiate_with(const BatchNormOptions& norm, const BatchNormPool& options, const float* x, const float* x_at_maximum,
                        const uint8_t* places, const float* dy, const void* coefficients, float* dx) {
  const MaxPoolShape& pool = options.pool;
  const Coefficients all(coefficients, row_geometry(norm.shape));
#pragma omp parallel for schedule(static)
  for (int64_t index = 0; index < pool.images * pool.rows.output; ++index) {
    const Plane plane(options, index / pool.rows.output);
    const int64_t position = index % pool.rows.output, from = plane.output + position * pool.columns.output * pool.lanes;
    const Taps rows = taps_at(pool.rows, position);
    for_each_lane_run(pool.lanes, [&]<int N>(int64_t lane) {
      differentiate_row<kActivation, N>(options, {all, plane.lane + lane}, rows, gap_end(pool.rows, position, rows), x + plane.input + lane,
                                        x_at_maximum + from + lane, places + from + lane, dy + from + lane, dx + plane.input + lane);
    });
  }
}

void forward(const BatchNormPool& options, const float* x, const void* coefficients, float* y, float* x_at_maximum, uint8_t* places) {
  LAMINET_WITH_ACTIVATION(forward_with, options.norm, options, x, coefficients, y, x_at_maximum, places);
}

void differentiate(const BatchNormPool& options, const float* x, const float* x_at_maximum, const uint8_t* places, const float* dy,
                   const void* coefficients, float* dx) {
  LAMINET_WITH_ACTIVATION(differentiate_with, options.norm, options, x, x_at_maximum, places, dy, coefficients, dx);
}

}  // namespace

extern const BatchNormPoolKernels batch_norm_pool_table;
const BatchNormPoolKernels batch_norm_pool_table = {forward, differentiate};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
