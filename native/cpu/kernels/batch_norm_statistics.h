// Mean and squared deviations, lane by lane. Each run of rows is summed twice in the first-level cache (mean, then deviations from it), and
// runs are merged in double (Chan, Golub, LeVeque 1983), so a large mean costs no digits of the variance.
#pragma once

#include "batch_norm_rows.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

// Adds `count` numbers of mean `mean` and squared deviations `m2` to others.
static inline void merge(double count, double mean, double m2, double& all_count, double& all_mean, double& all_m2) {
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

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
