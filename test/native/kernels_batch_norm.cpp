// Batch norm kernels against the formulas in double: every layout, activation and instruction set, odd sizes, in place, large means.
#include <omp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "check.h"
#include "cpu/kernel_tables.h"

using namespace laminet;
using cpu::BatchNormActivation;
using cpu::BatchNormOptions;
using cpu::BatchNormShape;

namespace {

struct Case {
  BatchNormOptions options;
  double mean = 0, deviation = 1;
};

// A tensor as it lies in memory, and where pixel p, channel c of it is.
struct Layout {
  BatchNormShape shape;
  int64_t channels() const { return shape.block == 0 ? shape.channels : (shape.channels + shape.block - 1) / shape.block * shape.block; }
  int64_t pixels() const { return shape.batch * shape.spatial; }
  size_t elements() const { return static_cast<size_t>(channels() * pixels()); }
  size_t place(int64_t pixel, int64_t channel) const {
    if (shape.block == 0) return static_cast<size_t>(pixel * shape.channels + channel);
    const int64_t image = pixel / shape.spatial, blocks = channels() / shape.block;
    return static_cast<size_t>(((image * blocks + channel / shape.block) * shape.spatial + pixel % shape.spatial) * shape.block +
                               channel % shape.block);
  }
};

struct Expected {
  std::vector<double> mean, variance, y, dx, dgamma, dbeta;
};

double activate(const BatchNormOptions& options, double y) {
  if (options.activation == BatchNormActivation::none) return y;
  return y < 0 ? (options.activation == BatchNormActivation::relu ? 0 : options.alpha * y) : y;
}

double slope(const BatchNormOptions& options, double y) {
  if (options.activation == BatchNormActivation::none) return 1;
  return y < 0 ? (options.activation == BatchNormActivation::relu ? 0 : static_cast<double>(options.alpha)) : 1;
}

Expected compute_forward(const BatchNormOptions& options, const std::vector<float>& x, const std::vector<float>& gamma,
                         const std::vector<float>& beta) {
  const Layout layout{options.shape};
  const auto count = static_cast<double>(layout.pixels());
  Expected e;
  e.y.assign(layout.elements(), 0);
  for (int64_t c = 0; c < options.shape.channels; ++c) {
    double sum = 0, square = 0;
    for (int64_t p = 0; p < layout.pixels(); ++p) sum += x[layout.place(p, c)];
    const double mean = sum / count;
    for (int64_t p = 0; p < layout.pixels(); ++p) square += (x[layout.place(p, c)] - mean) * (x[layout.place(p, c)] - mean);
    const double variance = square / count, inverse = 1 / std::sqrt(variance + options.epsilon);
    for (int64_t p = 0; p < layout.pixels(); ++p) {
      const size_t i = layout.place(p, c);
      e.y[i] = activate(options, (x[i] - mean) * inverse * gamma[static_cast<size_t>(c)] + beta[static_cast<size_t>(c)]);
    }
    e.mean.push_back(mean), e.variance.push_back(variance);
  }
  return e;
}

// From the mean and the variance that the kernel is given, rounded to float32 as they are.
Expected compute_backward(const BatchNormOptions& options, const std::vector<float>& x, const std::vector<float>& gamma,
                          const std::vector<float>& beta, const std::vector<float>& means, const std::vector<float>& variances,
                          const std::vector<float>& dy) {
  const Layout layout{options.shape};
  const auto count = static_cast<double>(layout.pixels());
  Expected e;
  e.dx.assign(layout.elements(), 0);
  for (int64_t c = 0; c < options.shape.channels; ++c) {
    const auto channel = static_cast<size_t>(c);
    const double mean = means[channel], inverse = 1 / std::sqrt(static_cast<double>(variances[channel]) + options.epsilon);
    double gradient = 0, product = 0;
    for (const bool finish : {false, true}) {
      for (int64_t p = 0; p < layout.pixels(); ++p) {
        const size_t i = layout.place(p, c);
        const double normal = (x[i] - mean) * inverse, d = slope(options, normal * gamma[channel] + beta[channel]) * dy[i];
        if (finish) {
          e.dx[i] = gamma[channel] * inverse * (d - gradient / count - normal * product / count);
        } else {
          gradient += d, product += d * normal;
        }
      }
    }
    e.dgamma.push_back(product), e.dbeta.push_back(gradient);
  }
  return e;
}

double largest_difference(const std::vector<float>& actual, const std::vector<double>& expected) {
  double largest = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    const double difference = std::abs(actual[i] - expected[i]) / std::max(1.0, std::abs(expected[i]));
    largest = difference <= largest ? largest : difference;  // NaN counts
  }
  return largest;
}

struct Data {
  std::vector<float> x, dy, gamma, beta, mean, variance;
  Expected forward, backward;
};

Data make_data(const Case& test) {
  const Layout layout{test.options.shape};
  const auto channels = static_cast<size_t>(test.options.shape.channels);
  std::mt19937 random(17);
  std::normal_distribution<double> normal;
  Data data{std::vector<float>(layout.elements(), 0), std::vector<float>(layout.elements(), 0), std::vector<float>(channels),
            std::vector<float>(channels), {}, {}, {}, {}};
  for (int64_t p = 0; p < layout.pixels(); ++p) {
    for (int64_t c = 0; c < test.options.shape.channels; ++c) {
      const double mean = test.mean * (1 + 0.1 * static_cast<double>(c % 7));
      data.x[layout.place(p, c)] = static_cast<float>(mean + test.deviation * normal(random));
      data.dy[layout.place(p, c)] = static_cast<float>(normal(random));
    }
  }
  for (float& value : data.gamma) value = static_cast<float>(1 + 0.3 * normal(random));
  for (float& value : data.beta) value = static_cast<float>(normal(random));
  data.forward = compute_forward(test.options, data.x, data.gamma, data.beta);
  data.mean.assign(data.forward.mean.begin(), data.forward.mean.end());
  data.variance.assign(data.forward.variance.begin(), data.forward.variance.end());
  data.backward = compute_backward(test.options, data.x, data.gamma, data.beta, data.mean, data.variance, data.dy);
  return data;
}

// Memory that holds no useful numbers.
class Poisoned {
 public:
  explicit Poisoned(size_t bytes) : bytes_(bytes), data_(static_cast<char*>(::operator new(bytes, std::align_val_t{64}))) { spoil(); }
  ~Poisoned() { ::operator delete(data_, std::align_val_t{64}); }
  Poisoned(const Poisoned&) = delete;
  Poisoned& operator=(const Poisoned&) = delete;
  void spoil() { std::fill_n(data_, bytes_, '\x7f'); }
  char* data() const { return data_; }

 private:
  size_t bytes_;
  char* data_;
};

// Results of a kernel; y begins as x and dx as dy when it works in place.
struct Actual {
  std::vector<float> y, mean, variance, dx, dgamma, dbeta;

  Actual(const Data& data, bool in_place)
      : y(in_place ? data.x : std::vector<float>(data.x.size(), NAN)), mean(data.mean.size()), variance(data.mean.size()),
        dx(in_place ? data.dy : std::vector<float>(data.x.size(), NAN)), dgamma(data.mean.size()), dbeta(data.mean.size()) {}
};

Actual run_whole(const BatchNormOptions& options, const Data& data, const cpu::BatchNormKernels& kernels, bool in_place) {
  Poisoned coefficients(kernels.coefficient_bytes(options.shape));
  Poisoned sums(kernels.sum_bytes(options.shape) * static_cast<size_t>(omp_get_max_threads()));
  Actual actual(data, in_place);
  kernels.statistics(options, data.x.data(), data.gamma.data(), data.beta.data(), actual.mean.data(), actual.variance.data(),
                     coefficients.data(), sums.data());
  kernels.normalize(options, in_place ? actual.y.data() : data.x.data(), coefficients.data(), actual.y.data());
  coefficients.spoil(), sums.spoil();
  const float* dy = in_place ? actual.dx.data() : data.dy.data();
  kernels.gradients(options, data.x.data(), data.gamma.data(), data.beta.data(), data.mean.data(), data.variance.data(), dy,
                    actual.dgamma.data(), actual.dbeta.data(), coefficients.data(), sums.data());
  kernels.differentiate(options, data.x.data(), dy, coefficients.data(), actual.dx.data());
  return actual;
}

// Slices of two images and a shorter last one, summed in turn by two threads.
Actual run_slices(const BatchNormOptions& options, const Data& data, const cpu::BatchNormKernels& kernels) {
  const size_t image = data.x.size() / static_cast<size_t>(options.shape.batch), bytes = kernels.sum_bytes(options.shape);
  Poisoned coefficients(kernels.coefficient_bytes(options.shape)), first(bytes), second(bytes);
  const std::array<void*, 2> sums{first.data(), second.data()};
  Actual actual(data, false);
  const auto for_each_slice = [&](const auto& run) {
    for (int64_t begin = 0; begin < options.shape.batch; begin += 2) {
      BatchNormOptions some = options;
      some.shape.batch = std::min<int64_t>(2, options.shape.batch - begin);
      run(some, static_cast<size_t>(begin) * image, sums[begin / 2 % 2]);
    }
  };
  const auto clear = [&] { std::memset(sums[0], 0, bytes), std::memset(sums[1], 0, bytes); };
  clear();
  for_each_slice([&](const auto& some, size_t at, void* own) { kernels.add_statistics(some, data.x.data() + at, own); });
  kernels.finish_statistics(options, sums, data.gamma.data(), data.beta.data(), actual.mean.data(), actual.variance.data(),
                            coefficients.data());
  for_each_slice([&](const auto& some, size_t at, void*) {
    kernels.normalize(some, data.x.data() + at, coefficients.data(), actual.y.data() + at);
  });
  coefficients.spoil(), clear();
  kernels.begin_gradients(options, data.gamma.data(), data.beta.data(), data.mean.data(), data.variance.data(), coefficients.data());
  for_each_slice([&](const auto& some, size_t at, void* own) {
    kernels.add_gradients(some, data.x.data() + at, data.dy.data() + at, coefficients.data(), own);
  });
  kernels.finish_gradients(options, sums, data.gamma.data(), data.variance.data(), actual.dgamma.data(), actual.dbeta.data(),
                           coefficients.data());
  for_each_slice([&](const auto& some, size_t at, void*) {
    kernels.differentiate(some, data.x.data() + at, data.dy.data() + at, coefficients.data(), actual.dx.data() + at);
  });
  return actual;
}

void check_actual(const BatchNormOptions& options, const Data& data, cpu::Isa isa, const Actual& actual) {
  const std::string place = std::string(isa_name(isa)) + " batch " + std::to_string(options.shape.batch) + " spatial " +
                            std::to_string(options.shape.spatial) + " channels " + std::to_string(options.shape.channels) + " block " +
                            std::to_string(options.shape.block) + " activation " + std::to_string(static_cast<int>(options.activation));
  const auto near = [&](const char* what, const std::vector<float>& actual, const std::vector<double>& wanted, double tolerance) {
    const double difference = largest_difference(actual, wanted);
    if (!(difference <= tolerance)) test::fail(__FILE__, __LINE__, place + ": " + what + " is off by " + test::text(difference));
  };
  near("mean", actual.mean, data.forward.mean, 2e-7);
  near("variance", actual.variance, data.forward.variance, 1e-6);
  near("y", actual.y, data.forward.y, 2e-6);
  near("dx", actual.dx, data.backward.dx, 5e-6);
  near("dgamma", actual.dgamma, data.backward.dgamma, 1e-4);  // sums of thousands of numbers of both signs
  near("dbeta", actual.dbeta, data.backward.dbeta, 1e-4);
}

void check(const Case& test) {
  const Data data = make_data(test);
  for (const cpu::Isa isa : cpu::available_isas()) {
    for (const bool in_place : {false, true})
      check_actual(test.options, data, isa, run_whole(test.options, data, cpu::batch_norm_kernels(isa), in_place));
    check_actual(test.options, data, isa, run_slices(test.options, data, cpu::batch_norm_kernels(isa)));
  }
}

BatchNormOptions options(const BatchNormShape& shape, BatchNormActivation activation) {
  return {shape, 1e-3f, activation, 0.3f};
}

}  // namespace

TEST(every_layout) {
  omp_set_num_threads(1);
  const BatchNormShape shapes[] = {
      {4, 25, 32, 16}, {3, 7, 20, 16},  {1, 1024, 48, 16}, {5, 1, 16, 16}, {4, 25, 32, 8},  {3, 7, 20, 8},  {2, 900, 24, 8},  {4, 25, 32, 0},
      {3, 7, 20, 0},   {32, 64, 3, 0},  {1, 1024, 48, 0},  {32, 1, 128, 0}, {7, 1, 10, 0},  {5, 3, 1, 0},   {2, 90, 100, 0},
      {2, 31, 1001, 0}, {1, 1, 5, 0},   {1, 3, 64, 0},     {8, 64, 72, 0},
  };
  for (const BatchNormShape& shape : shapes) {
    for (const auto activation : {BatchNormActivation::none, BatchNormActivation::relu, BatchNormActivation::leaky_relu}) {
      check({options(shape, activation)});
    }
  }
}

TEST(threads_share_rows) {
  const BatchNormShape shapes[] = {{7, 100, 48, 16}, {1, 2500, 8, 8}, {33, 31, 20, 0}, {1, 9001, 3, 0}};
  for (const int threads : {2, 3}) {
    omp_set_num_threads(threads);
    for (const BatchNormShape& shape : shapes) {
      const Case test{options(shape, BatchNormActivation::leaky_relu)};
      const Data data = make_data(test);
      check_actual(test.options, data, cpu::best_isa(), run_whole(test.options, data, cpu::batch_norm_kernels(), true));
    }
  }
}

TEST(a_large_mean_costs_no_digits_of_the_variance) {
  omp_set_num_threads(1);
  for (const int64_t block : {int64_t{0}, int64_t{8}, int64_t{16}}) {
    check({options({32, 196, 32, block}, BatchNormActivation::none), 1e4, 1});
    check({options({32, 49, 32, block}, BatchNormActivation::relu), 1e4, 1});
  }
  check({options({33, 1, 10, 0}, BatchNormActivation::none), 1e4, 1});
}

TEST(the_same_bits_every_time) {
  omp_set_num_threads(2);
  const BatchNormOptions test = options({16, 300, 48, 16}, BatchNormActivation::leaky_relu);
  std::vector<float> x(16 * 300 * 48), gamma(48, 1), beta(48, 0), y(x.size()), mean(48), variance(48), first;
  std::mt19937 random(3);
  for (float& value : x) value = static_cast<float>(random() % 1000) * 0.01f;
  const cpu::BatchNormKernels& kernels = cpu::batch_norm_kernels();
  Poisoned coefficients(kernels.coefficient_bytes(test.shape)), sums(2 * kernels.sum_bytes(test.shape));
  for (int i = 0; i < 5; ++i) {
    kernels.statistics(test, x.data(), gamma.data(), beta.data(), mean.data(), variance.data(), coefficients.data(), sums.data());
    kernels.normalize(test, x.data(), coefficients.data(), y.data());
    if (i == 0) first = y;
    CHECK(y == first);
  }
}
