// Two passes over memory for the statistics and one for the result (read; read; read, write); backward two and three (read two; read two,
// write). What threads or slices of the batch have summed is put together channel by channel.
#include "batch_norm.h"

#include <omp.h>

#include <cmath>
#include <vector>

#include "batch_norm_formulas.h"
#include "batch_norm_statistics.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

constexpr int64_t kParallelFloats = 16 * 1024;
constexpr int64_t kParallelChannels = 512;

constexpr int kSumRows = 3;          // count, mean, squared deviations; backward: of d, of d * (x - mean)

Rows<double> sums_in(void* memory, const RowGeometry& geometry) { return {static_cast<double*>(memory), padded(geometry.lanes)}; }

size_t sum_bytes(const BatchNormShape& shape) { return static_cast<size_t>(padded(row_geometry(shape).lanes) * kSumRows) * sizeof(double); }

size_t coefficient_bytes(const BatchNormShape& shape) {
  return static_cast<size_t>(padded(row_geometry(shape).lanes) * kCoefficientRows) * sizeof(float);
}

// Rows of one thread.
struct Share {
  int64_t begin, end;
  bool tail;  // the floats after the last row are its as well
};

Share share_of_thread(const RowGeometry& geometry) {
  const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
  return {geometry.rows * thread / threads, geometry.rows * (thread + 1) / threads, thread == threads - 1};
}

Share all_of(const RowGeometry& geometry) { return {0, geometry.rows, true}; }

bool is_parallel(const RowGeometry& geometry) { return geometry.rows * geometry.width >= kParallelFloats; }

// Every thread adds up its rows in sums of its own; gives them back.
template <typename Add>
std::span<void* const> sum_in_parallel(const BatchNormOptions& options, const RowGeometry& geometry, void* memory, const Add& add) {
  thread_local std::vector<void*> sums;  // of the threads
  const size_t bytes = sum_bytes(options.shape);
  std::vector<void*>& all = sums;
#pragma omp parallel if (is_parallel(geometry))
  {
#pragma omp single
    all.resize(static_cast<size_t>(omp_get_num_threads()));
    const auto thread = static_cast<size_t>(omp_get_thread_num());
    all[thread] = static_cast<char*>(memory) + thread * bytes;
    std::memset(all[thread], 0, bytes);
    add(share_of_thread(geometry), all[thread]);
  }
  return all;
}

// Calls body(channel, its lanes in all copies) and clears the coefficients of padding lanes.
template <typename Body>
void for_each_channel(const BatchNormShape& shape, const RowGeometry& geometry, void* memory, const Body& body) {
  const Rows<float> rows{static_cast<float*>(memory), padded(geometry.lanes)};
  for (int64_t lane = shape.channels; geometry.copies == 1 && lane < geometry.lanes; ++lane)
    for (int row = 0; row < kCoefficientRows; ++row) rows[row][lane] = 0;
#pragma omp parallel for if (shape.channels >= kParallelChannels)
  for (int64_t channel = 0; channel < shape.channels; ++channel) body(channel);
}

void add_statistics_of(const RowGeometry& geometry, const Share& share, const float* x, void* memory) {
  const Rows<double> sums = sums_in(memory, geometry);
  Statistics statistics{sums[0], sums[1], sums[2]};
  for_each_run(geometry, share.begin, share.end, false, [&]<typename P>(const Run& run) { statistics.add<P>(x, run); });
  const int64_t rest = geometry.rows * geometry.width;
  for (int64_t lane = 0; share.tail && lane < geometry.tail; ++lane) merge(1, x[rest + lane], 0, sums[0][lane], sums[1][lane], sums[2][lane]);
}

void add_statistics(const BatchNormOptions& options, const float* x, void* sums) {
  const RowGeometry geometry = row_geometry(options.shape);
  add_statistics_of(geometry, all_of(geometry), x, sums);
}

void finish_statistics(const BatchNormOptions& options, std::span<void* const> sums, const float* gamma, const float* beta, float* mean,
                       float* variance, void* memory) {
  const RowGeometry geometry = row_geometry(options.shape);
  const Coefficients coefficients(memory, geometry);
  for_each_channel(options.shape, geometry, memory, [&](int64_t channel) {
    double count = 0, all_mean = 0, m2 = 0;
    for (void* const part : sums) {
      const Rows<double> rows = sums_in(part, geometry);
      for (int64_t copy = 0; copy < geometry.copies; ++copy) {
        const int64_t lane = copy * options.shape.channels + channel;
        if (rows[0][lane] > 0) merge(rows[0][lane], rows[1][lane], rows[2][lane], count, all_mean, m2);
      }
    }
    const double population = count > 0 ? m2 / count : 0, scale = gamma[channel] / std::sqrt(population + options.epsilon);
    mean[channel] = static_cast<float>(all_mean);
    variance[channel] = static_cast<float>(population);
    for (int64_t copy = 0; copy < geometry.copies; ++copy) {
      const int64_t lane = copy * options.shape.channels + channel;
      coefficients.center[lane] = mean[channel];
      coefficients.scale[lane] = static_cast<float>(scale);
      coefficients.shift[lane] = static_cast<float>(beta[channel] + scale * (mean[channel] - all_mean));
    }
  });
}

void statistics(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, float* mean, float* variance,
                void* coefficients, void* sums) {
  const RowGeometry geometry = row_geometry(options.shape);
  const auto parts = sum_in_parallel(options, geometry, sums, [&](const Share& share, void* own) { add_statistics_of(geometry, share, x, own); });
  finish_statistics(options, parts, gamma, beta, mean, variance, coefficients);
}

template <BatchNormActivation kActivation, typename P>
void normalize_run(const Run& run, const Coefficients& coefficients, float alpha, const float* x, float* y) {
  const P center = P::load(coefficients.center + run.lane), scale = P::load(coefficients.scale + run.lane),
          shift = P::load(coefficients.shift + run.lane);
  for (int64_t r = 0; r < run.rows; ++r) {
    const int64_t offset = run.offset + r * run.stride;
    P values = P::load(x + offset);
    for (int i = 0; i < P::kCount; ++i) {
      values.v[i] = activate<kActivation>((values.v[i] - center.v[i]) * scale.v[i] + shift.v[i], alpha);
    }
    values.store(y + offset);
  }
}

// From the last row to the first: the pass before has left the last ones in the cache.
template <BatchNormActivation kActivation>
void normalize_with(const BatchNormOptions& options, const float* x, const void* memory, float* y) {
  const RowGeometry geometry = row_geometry(options.shape);
  const Coefficients coefficients(memory, geometry);
#pragma omp parallel if (is_parallel(geometry))
  {
    const Share share = share_of_thread(geometry);
    const int64_t rest = geometry.rows * geometry.width;
    for (int64_t lane = 0; share.tail && lane < geometry.tail; ++lane) {
      const float value = (x[rest + lane] - coefficients.center[lane]) * coefficients.scale[lane] + coefficients.shift[lane];
      y[rest + lane] = activate<kActivation>(value, options.alpha);
    }
    for_each_run(geometry, share.begin, share.end, true,
                 [&]<typename P>(const Run& run) { normalize_run<kActivation, P>(run, coefficients, options.alpha, x, y); });
  }
}

void begin_gradients(const BatchNormOptions& options, const float* gamma, const float* beta, const float* mean, const float* variance,
                     void* memory) {
  const RowGeometry geometry = row_geometry(options.shape);
  const Coefficients coefficients(memory, geometry);
  for_each_channel(options.shape, geometry, memory, [&](int64_t channel) {
    const double scale = gamma[channel] / std::sqrt(static_cast<double>(variance[channel]) + options.epsilon);
    for (int64_t copy = 0; copy < geometry.copies; ++copy) {
      const int64_t lane = copy * options.shape.channels + channel;
      coefficients.center[lane] = mean[channel];
      coefficients.scale[lane] = static_cast<float>(scale);
      coefficients.shift[lane] = beta[channel];
    }
  });
}

template <BatchNormActivation kActivation, typename P>
void add_gradients_of_run(const Run& run, const Coefficients& coefficients, float alpha, const float* x, const float* dy,
                          const Rows<double>& sums) {
  const P center = P::load(coefficients.center + run.lane), scale = P::load(coefficients.scale + run.lane),
          shift = P::load(coefficients.shift + run.lane);
  P sum = {}, product = {};
  for (int64_t r = 0; r < run.rows; ++r) {
    const int64_t place = run.offset + r * run.stride;
    const P values = P::load(x + place), gradient = P::load(dy + place);
    for (int i = 0; i < P::kCount; ++i) {
      const auto deviation = values.v[i] - center.v[i];
      const auto d = pass_gradient<kActivation>(deviation * scale.v[i] + shift.v[i], gradient.v[i], alpha);
      sum.v[i] += d;
      product.v[i] += d * deviation;
    }
  }
  float lane_sums[P::kWidth], lane_products[P::kWidth];
  sum.store(lane_sums), product.store(lane_products);
  for (int64_t lane = 0; lane < P::kWidth; ++lane) {
    sums[0][run.lane + lane] += lane_sums[lane];
    sums[1][run.lane + lane] += lane_products[lane];
  }
}

// The floats behind the last row.
template <BatchNormActivation kActivation>
struct Tail {
  const BatchNormOptions& options;
  const Coefficients& coefficients;
  const float *x, *dy;

  float deviation(int64_t lane) const { return x[lane] - coefficients.center[lane]; }
  float gradient(int64_t lane) const {
    const float y = deviation(lane) * coefficients.scale[lane] + coefficients.shift[lane];
    return pass_gradient<kActivation>(y, dy[lane], options.alpha);
  }
};

template <BatchNormActivation kActivation>
void add_gradients_of(const BatchNormOptions& options, const RowGeometry& geometry, const Share& share, const float* x, const float* dy,
                      const void* coefficient_memory, void* memory) {
  const Coefficients coefficients(coefficient_memory, geometry);
  const Rows<double> sums = sums_in(memory, geometry);
  for_each_run(geometry, share.begin, share.end, false, [&]<typename P>(const Run& run) {
    add_gradients_of_run<kActivation, P>(run, coefficients, options.alpha, x, dy, sums);
  });
  const int64_t rest = geometry.rows * geometry.width;
  const Tail<kActivation> tail{options, coefficients, x + rest, dy + rest};
  for (int64_t lane = 0; share.tail && lane < geometry.tail; ++lane) {
    sums[0][lane] += tail.gradient(lane);
    sums[1][lane] += tail.gradient(lane) * tail.deviation(lane);
  }
}

template <BatchNormActivation kActivation>
void add_gradients_with(const BatchNormOptions& options, const float* x, const float* dy, const void* coefficients, void* sums) {
  const RowGeometry geometry = row_geometry(options.shape);
  add_gradients_of<kActivation>(options, geometry, all_of(geometry), x, dy, coefficients, sums);
}

void finish_gradients(const BatchNormOptions& options, std::span<void* const> sums, const float* gamma, const float* variance, float* dgamma,
                      float* dbeta, void* memory) {
  const RowGeometry geometry = row_geometry(options.shape);
  const Coefficients coefficients(memory, geometry);
  const auto count = static_cast<double>(options.count > 0 ? options.count : options.shape.batch * options.shape.spatial);
  for_each_channel(options.shape, geometry, memory, [&](int64_t channel) {
    double sum = 0, product = 0;  // of d, and of d * (x - mean)
    for (void* const part : sums) {
      for (int64_t copy = 0; copy < geometry.copies; ++copy) {
        sum += sums_in(part, geometry)[0][copy * options.shape.channels + channel];
        product += sums_in(part, geometry)[1][copy * options.shape.channels + channel];
      }
    }
    const double inverse = 1 / std::sqrt(static_cast<double>(variance[channel]) + options.epsilon), scale = gamma[channel] * inverse;
    dgamma[channel] = static_cast<float>(product * inverse);
    dbeta[channel] = static_cast<float>(sum);
    for (int64_t copy = 0; copy < geometry.copies; ++copy) {
      const int64_t lane = copy * options.shape.channels + channel;
      coefficients.slope[lane] = static_cast<float>(-scale * inverse * inverse * product / count);
      coefficients.offset[lane] = static_cast<float>(-scale * sum / count);
    }
  });
}

template <BatchNormActivation kActivation>
void gradients_with(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, const float* mean,
                    const float* variance, const float* dy, float* dgamma, float* dbeta, void* coefficients, void* sums) {
  const RowGeometry geometry = row_geometry(options.shape);
  begin_gradients(options, gamma, beta, mean, variance, coefficients);
  const auto parts = sum_in_parallel(options, geometry, sums, [&](const Share& share, void* own) {
    add_gradients_of<kActivation>(options, geometry, share, x, dy, coefficients, own);
  });
  finish_gradients(options, parts, gamma, variance, dgamma, dbeta, coefficients);
}

template <BatchNormActivation kActivation, typename P>
void differentiate_run(const Run& run, const Coefficients& coefficients, float alpha, const float* x, const float* dy, float* dx) {
  const P center = P::load(coefficients.center + run.lane), scale = P::load(coefficients.scale + run.lane),
          shift = P::load(coefficients.shift + run.lane), slope = P::load(coefficients.slope + run.lane),
          offset = P::load(coefficients.offset + run.lane);
  for (int64_t r = 0; r < run.rows; ++r) {
    const int64_t place = run.offset + r * run.stride;
    const P values = P::load(x + place);
    P gradient = P::load(dy + place);
    for (int i = 0; i < P::kCount; ++i) {
      const auto deviation = values.v[i] - center.v[i];
      const auto d = pass_gradient<kActivation>(deviation * scale.v[i] + shift.v[i], gradient.v[i], alpha);
      gradient.v[i] = scale.v[i] * d + (slope.v[i] * deviation + offset.v[i]);
    }
    gradient.store(dx + place);
  }
}

template <BatchNormActivation kActivation>
void differentiate_with(const BatchNormOptions& options, const float* x, const float* dy, const void* memory, float* dx) {
  const RowGeometry geometry = row_geometry(options.shape);
  const Coefficients coefficients(memory, geometry);
#pragma omp parallel if (is_parallel(geometry))
  {
    const Share share = share_of_thread(geometry);
    const int64_t rest = geometry.rows * geometry.width;
    const Tail<kActivation> tail{options, coefficients, x + rest, dy + rest};
    for (int64_t lane = 0; share.tail && lane < geometry.tail; ++lane) {
      dx[rest + lane] =
          coefficients.scale[lane] * tail.gradient(lane) + (coefficients.slope[lane] * tail.deviation(lane) + coefficients.offset[lane]);
    }
    for_each_run(geometry, share.begin, share.end, true, [&]<typename P>(const Run& run) {
      differentiate_run<kActivation, P>(run, coefficients, options.alpha, x, dy, dx);
    });
  }
}

void normalize(const BatchNormOptions& options, const float* x, const void* coefficients, float* y) {
  LAMINET_WITH_ACTIVATION(normalize_with, options, x, coefficients, y);
}

void gradients(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, const float* mean,
               const float* variance, const float* dy, float* dgamma, float* dbeta, void* coefficients, void* sums) {
  LAMINET_WITH_ACTIVATION(gradients_with, options, x, gamma, beta, mean, variance, dy, dgamma, dbeta, coefficients, sums);
}

void add_gradients(const BatchNormOptions& options, const float* x, const float* dy, const void* coefficients, void* sums) {
  LAMINET_WITH_ACTIVATION(add_gradients_with, options, x, dy, coefficients, sums);
}

void differentiate(const BatchNormOptions& options, const float* x, const float* dy, const void* coefficients, float* dx) {
  LAMINET_WITH_ACTIVATION(differentiate_with, options, x, dy, coefficients, dx);
}

}  // namespace

extern const BatchNormKernels batch_norm_table;
const BatchNormKernels batch_norm_table = {coefficient_bytes, sum_bytes, statistics, add_statistics, finish_statistics, normalize,
                                           gradients, begin_gradients, add_gradients, finish_gradients, differentiate};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
