// Three passes over memory forward (read; read, write), five backward (read two; read two, write), the second half in reverse.
// Statistics: each run of rows is summed twice in the first-level cache (mean, then deviations from it), and runs are merged in double
// (Chan, Golub, LeVeque 1983), so a large mean costs no digits of the variance.
#include "batch_norm.h"

#include <omp.h>

#include <cmath>

#include "batch_norm_rows.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

constexpr int64_t kParallelFloats = 16 * 1024;

// The result's values of the activation, and dy where it lets the gradient through. V is a vector or float.
template <BatchNormActivation kActivation, typename V>
LAMINET_INLINE V activate(V y, float alpha) {
  if constexpr (kActivation == BatchNormActivation::relu) return y < 0.0f ? V{} : y;
  if constexpr (kActivation == BatchNormActivation::leaky_relu) return y >= 0.0f ? y : alpha * y;
  return y;
}

template <BatchNormActivation kActivation, typename V>
LAMINET_INLINE V pass_gradient(V y, V dy, float alpha) {
  if constexpr (kActivation == BatchNormActivation::relu) return y > 0.0f ? dy : V{};
  if constexpr (kActivation == BatchNormActivation::leaky_relu) return y >= 0.0f ? dy : alpha * dy;
  return dy;
}

int64_t padded(int64_t lanes) { return (lanes + 15) / 16 * 16; }

// Scratch memory: `kSums` rows of doubles for each thread, then shared rows of floats, each one number a lane.
struct Scratch {
  static constexpr int kSums = 3, kCoefficients = 5;
  char* memory;
  int64_t lanes;
  double* sums(int64_t thread, int row) const { return reinterpret_cast<double*>(memory) + (thread * kSums + row) * padded(lanes); }
  float* coefficients(int64_t threads, int row) const {
    return reinterpret_cast<float*>(sums(threads, 0)) + row * padded(lanes);
  }
};

size_t scratch_bytes(const BatchNormShape& shape) {
  const int64_t lanes = padded(row_geometry(shape).lanes);
  return static_cast<size_t>(lanes * (omp_get_max_threads() * Scratch::kSums * 8 + Scratch::kCoefficients * 4));
}

// Rows of one thread.
struct Share {
  int64_t thread, threads, begin, end;
  bool tail;  // the floats after the last row are its as well
};

Share share_of_thread(const RowGeometry& geometry) {
  const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
  return {thread, threads, geometry.rows * thread / threads, geometry.rows * (thread + 1) / threads, thread == threads - 1};
}

bool is_parallel(const RowGeometry& geometry) { return geometry.rows * geometry.width >= kParallelFloats; }

// Adds `count` numbers of mean `mean` and squared deviations `m2` to others.
void merge(double count, double mean, double m2, double& all_count, double& all_mean, double& all_m2) {
  const double total = all_count + count, difference = mean - all_mean;
  all_mean += difference * (count / total);
  all_m2 += m2 + difference * difference * (all_count * (count / total));
  all_count = total;
}

struct Statistics {
  double *count, *mean, *m2;  // by lane

  template <typename P>
  void add(const float* x, const Run& run) {
    constexpr int kUnroll = P::kWidth * 4 > 256 ? 1 : 2;
    P sum[kUnroll] = {};
    const float* row = x + run.offset;
    int64_t r = 0;
    for (; r + kUnroll <= run.rows; r += kUnroll, row += kUnroll * run.stride) {
      for (int u = 0; u < kUnroll; ++u) {
        const P values = P::load(row + u * run.stride);
        for (int i = 0; i < P::kCount; ++i) sum[u].v[i] += values.v[i];
      }
    }
    for (; r < run.rows; ++r, row += run.stride) {
      const P values = P::load(row);
      for (int i = 0; i < P::kCount; ++i) sum[0].v[i] += values.v[i];
    }
    const float inverse = 1.0f / static_cast<float>(run.rows);
    P center, rest = {}, square = {};
    for (int i = 0; i < P::kCount; ++i) center.v[i] = (kUnroll == 2 ? sum[0].v[i] + sum[kUnroll - 1].v[i] : sum[0].v[i]) * inverse;
    row = x + run.offset;
    for (r = 0; r < run.rows; ++r, row += run.stride) {
      const P values = P::load(row);
      for (int i = 0; i < P::kCount; ++i) {
        const auto deviation = values.v[i] - center.v[i];
        rest.v[i] += deviation;
        square.v[i] += deviation * deviation;
      }
    }
    add_run<P>(run, center, rest, square);
  }

 private:
  template <typename P>
  static constexpr int kVectors = static_cast<int>(sizeof(P) / sizeof(typename P::Vector));

  // `rest` is what rounding has left in the sum of deviations from `center`.
  template <typename P>
  void add_run(const Run& run, const P& center, const P& rest, const P& square) {
    float centers[P::kWidth], rests[P::kWidth], squares[P::kWidth];
    center.store(centers), rest.store(rests), square.store(squares);
    const auto rows = static_cast<double>(run.rows);
    const double before = count[run.lane], total = before + rows, part = rows / total, weight = before * part;
    for (int64_t lane = 0; lane < P::kWidth; ++lane) {
      const double shift = rests[lane] / rows, run_mean = centers[lane] + shift;
      const double difference = run_mean - mean[run.lane + lane];
      count[run.lane + lane] = total;
      mean[run.lane + lane] += difference * part;
      m2[run.lane + lane] += squares[lane] - shift * rests[lane] + difference * difference * weight;
    }
  }
};

// y = (x - center) * scale + shift, padding lanes all zero.
struct ForwardCoefficients {
  float *center, *scale, *shift;
};

void finish_statistics(const BatchNormOptions& options, const RowGeometry& geometry, const Scratch& scratch, int64_t threads, int64_t channel,
                       const float* gamma, const float* beta, float* mean, float* variance, const ForwardCoefficients& coefficients) {
  double count = 0, all_mean = 0, m2 = 0;
  for (int64_t thread = 0; thread < threads; ++thread) {
    for (int64_t copy = 0; copy < geometry.copies; ++copy) {
      const int64_t lane = copy * options.shape.channels + channel;
      const double part = scratch.sums(thread, 0)[lane];
      if (part > 0) merge(part, scratch.sums(thread, 1)[lane], scratch.sums(thread, 2)[lane], count, all_mean, m2);
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
}

template <BatchNormActivation kActivation, typename P>
void normalize(const Run& run, const ForwardCoefficients& coefficients, float alpha, const float* x, float* y) {
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

template <BatchNormActivation kActivation>
void run_forward(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, float* y, float* mean,
                 float* variance, void* memory) {
  const RowGeometry geometry = row_geometry(options.shape);
  const Scratch scratch{static_cast<char*>(memory), geometry.lanes};
#pragma omp parallel if (is_parallel(geometry))
  {
    const Share share = share_of_thread(geometry);
    Statistics statistics{scratch.sums(share.thread, 0), scratch.sums(share.thread, 1), scratch.sums(share.thread, 2)};
    std::memset(statistics.count, 0, static_cast<size_t>(3 * padded(geometry.lanes)) * sizeof(double));
    for_each_run(geometry, share.begin, share.end, false, [&]<typename P>(const Run& run) { statistics.add<P>(x, run); });
    const int64_t rest = geometry.rows * geometry.width;
    for (int64_t lane = 0; share.tail && lane < geometry.tail; ++lane) {
      merge(1, x[rest + lane], 0, statistics.count[lane], statistics.mean[lane], statistics.m2[lane]);
    }
    const ForwardCoefficients coefficients{scratch.coefficients(share.threads, 0), scratch.coefficients(share.threads, 1),
                                           scratch.coefficients(share.threads, 2)};
#pragma omp barrier
#pragma omp for
    for (int64_t channel = 0; channel < padded(options.shape.channels); ++channel) {
      if (channel < options.shape.channels) {
        finish_statistics(options, geometry, scratch, share.threads, channel, gamma, beta, mean, variance, coefficients);
      } else if (channel < geometry.lanes && geometry.copies == 1) {
        coefficients.center[channel] = coefficients.scale[channel] = coefficients.shift[channel] = 0;
      }
    }
    for (int64_t lane = 0; share.tail && lane < geometry.tail; ++lane) {
      const float value = (x[rest + lane] - coefficients.center[lane]) * coefficients.scale[lane] + coefficients.shift[lane];
      y[rest + lane] = activate<kActivation>(value, options.alpha);
    }
    for_each_run(geometry, share.begin, share.end, true,
                 [&]<typename P>(const Run& run) { normalize<kActivation, P>(run, coefficients, options.alpha, x, y); });
  }
}

// dx = scale * d + slope * (x - center) + offset, where d is dy behind the activation of (x - center) * scale + shift.
struct BackwardCoefficients {
  float *center, *scale, *shift, *slope, *offset;
};

void begin_gradients(const BatchNormOptions& options, const RowGeometry& geometry, int64_t channel, const float* gamma, const float* beta,
                     const float* mean, const float* variance, const BackwardCoefficients& coefficients) {
  for (int64_t copy = 0; copy < geometry.copies; ++copy) {
    const int64_t lane = copy * options.shape.channels + channel;
    coefficients.center[lane] = mean[channel];
    coefficients.scale[lane] = static_cast<float>(gamma[channel] / std::sqrt(static_cast<double>(variance[channel]) + options.epsilon));
    coefficients.shift[lane] = beta[channel];
  }
}

void finish_gradients(const BatchNormOptions& options, const RowGeometry& geometry, const Scratch& scratch, int64_t threads, int64_t channel,
                      const float* gamma, const float* variance, float* dgamma, float* dbeta, const BackwardCoefficients& coefficients) {
  double sum = 0, product = 0;  // of d, and of d * (x - mean)
  for (int64_t thread = 0; thread < threads; ++thread) {
    for (int64_t copy = 0; copy < geometry.copies; ++copy) {
      sum += scratch.sums(thread, 0)[copy * options.shape.channels + channel];
      product += scratch.sums(thread, 1)[copy * options.shape.channels + channel];
    }
  }
  const auto count = static_cast<double>(options.shape.batch * options.shape.spatial);
  const double inverse = 1 / std::sqrt(static_cast<double>(variance[channel]) + options.epsilon), scale = gamma[channel] * inverse;
  dgamma[channel] = static_cast<float>(product * inverse);
  dbeta[channel] = static_cast<float>(sum);
  for (int64_t copy = 0; copy < geometry.copies; ++copy) {
    const int64_t lane = copy * options.shape.channels + channel;
    coefficients.slope[lane] = static_cast<float>(-scale * inverse * inverse * product / count);
    coefficients.offset[lane] = static_cast<float>(-scale * sum / count);
  }
}

template <BatchNormActivation kActivation, typename P>
void sum_gradients(const Run& run, const BackwardCoefficients& coefficients, float alpha, const float* x, const float* dy, double* sums,
                   double* products) {
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
    sums[run.lane + lane] += lane_sums[lane];
    products[run.lane + lane] += lane_products[lane];
  }
}

template <BatchNormActivation kActivation, typename P>
void differentiate(const Run& run, const BackwardCoefficients& coefficients, float alpha, const float* x, const float* dy, float* dx) {
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
void run_backward(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, const float* mean,
                  const float* variance, const float* dy, float* dx, float* dgamma, float* dbeta, void* memory) {
  const RowGeometry geometry = row_geometry(options.shape);
  const Scratch scratch{static_cast<char*>(memory), geometry.lanes};
#pragma omp parallel if (is_parallel(geometry))
  {
    const Share share = share_of_thread(geometry);
    const auto row = [&](int index) { return scratch.coefficients(share.threads, index); };
    const BackwardCoefficients coefficients{row(0), row(1), row(2), row(3), row(4)};
    double *sums = scratch.sums(share.thread, 0), *products = scratch.sums(share.thread, 1);
    std::memset(sums, 0, static_cast<size_t>(2 * padded(geometry.lanes)) * sizeof(double));
#pragma omp for
    for (int64_t channel = 0; channel < padded(options.shape.channels); ++channel) {
      if (channel < options.shape.channels) {
        begin_gradients(options, geometry, channel, gamma, beta, mean, variance, coefficients);
      } else if (channel < geometry.lanes && geometry.copies == 1) {
        coefficients.center[channel] = coefficients.scale[channel] = coefficients.shift[channel] = coefficients.slope[channel] =
            coefficients.offset[channel] = 0;
      }
    }
    const int64_t rest = geometry.rows * geometry.width;
    const auto tail_deviation = [&](int64_t lane) { return x[rest + lane] - coefficients.center[lane]; };
    const auto tail_gradient = [&](int64_t lane) {
      const float y = tail_deviation(lane) * coefficients.scale[lane] + coefficients.shift[lane];
      return pass_gradient<kActivation>(y, dy[rest + lane], options.alpha);
    };
    for_each_run(geometry, share.begin, share.end, false, [&]<typename P>(const Run& run) {
      sum_gradients<kActivation, P>(run, coefficients, options.alpha, x, dy, sums, products);
    });
    for (int64_t lane = 0; share.tail && lane < geometry.tail; ++lane) {
      sums[lane] += tail_gradient(lane);
      products[lane] += tail_gradient(lane) * tail_deviation(lane);
    }
#pragma omp barrier
#pragma omp for
    for (int64_t channel = 0; channel < options.shape.channels; ++channel) {
      finish_gradients(options, geometry, scratch, share.threads, channel, gamma, variance, dgamma, dbeta, coefficients);
    }
    for (int64_t lane = 0; share.tail && lane < geometry.tail; ++lane) {
      dx[rest + lane] = coefficients.scale[lane] * tail_gradient(lane) +
                        (coefficients.slope[lane] * tail_deviation(lane) + coefficients.offset[lane]);
    }
    for_each_run(geometry, share.begin, share.end, true, [&]<typename P>(const Run& run) {
      differentiate<kActivation, P>(run, coefficients, options.alpha, x, dy, dx);
    });
  }
}

void forward(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, float* y, float* mean, float* variance,
             void* scratch) {
  switch (options.activation) {
    case BatchNormActivation::none:
      return run_forward<BatchNormActivation::none>(options, x, gamma, beta, y, mean, variance, scratch);
    case BatchNormActivation::relu:
      return run_forward<BatchNormActivation::relu>(options, x, gamma, beta, y, mean, variance, scratch);
    default: return run_forward<BatchNormActivation::leaky_relu>(options, x, gamma, beta, y, mean, variance, scratch);
  }
}

void backward(const BatchNormOptions& options, const float* x, const float* gamma, const float* beta, const float* mean,
              const float* variance, const float* dy, float* dx, float* dgamma, float* dbeta, void* scratch) {
  const auto run = options.activation == BatchNormActivation::none   ? run_backward<BatchNormActivation::none>
                   : options.activation == BatchNormActivation::relu ? run_backward<BatchNormActivation::relu>
                                                                     : run_backward<BatchNormActivation::leaky_relu>;
  run(options, x, gamma, beta, mean, variance, dy, dx, dgamma, dbeta, scratch);
}

}  // namespace

extern const BatchNormKernels batch_norm_table;
const BatchNormKernels batch_norm_table = {forward, backward, scratch_bytes};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
