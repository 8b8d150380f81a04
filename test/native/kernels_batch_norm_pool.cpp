// Batch norm with its activation and pooling in one pass against the kernels one after the other, element by element: every instruction
// set, layout, activation and kind of window.
#include <omp.h>

#include <cstring>
#include <limits>

#include "check.h"
#include "cpu/kernel_tables.h"

namespace laminet::test {
namespace {

using cpu::BatchNormActivation;
using cpu::BatchNormOptions;
using cpu::BatchNormPool;
using cpu::PoolAxis;
using Floats = std::vector<float>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();

// Output sizes as for explicit padding.
PoolAxis axis(int64_t input, int64_t window, int64_t stride, int64_t before, int64_t after) {
  return {.input = input, .output = (input + before + after - window) / stride + 1, .window = window, .stride = stride, .before = before};
}

struct Image {
  int64_t batch, channels, block;  // block 0: channels last
  PoolAxis rows, columns;

  int64_t blocks() const { return block == 0 ? 1 : (channels + block - 1) / block; }
  int64_t lanes() const { return block == 0 ? channels : block; }
  int64_t cells() const { return rows.input * columns.input; }
  int64_t windows() const { return rows.output * columns.output; }
  // The norm of an image, or of its pooled one.
  BatchNormOptions norm(int64_t spatial, BatchNormActivation activation) const {
    if (block == 0) return {{batch * spatial, 1, channels, 0}, 1e-3f, activation, 0.3f};
    return {{batch, spatial, channels, block}, 1e-3f, activation, 0.3f};
  }
  cpu::MaxPoolShape pool() const { return {batch * blocks(), rows, columns, lanes()}; }
};

// Few values, so that many are equal; those of padding channels are zero.
Floats numbers(const Image& image, int64_t cells, uint32_t seed) {
  Floats values(static_cast<size_t>(image.batch * image.blocks() * cells * image.lanes()));
  for (size_t index = 0; index < values.size(); ++index) {
    seed = seed * 1664525u + 1013904223u;
    const auto place = static_cast<int64_t>(index);
    const int64_t channel = place / (cells * image.lanes()) % image.blocks() * image.lanes() + place % image.lanes();
    values[index] = image.block > 0 && channel >= image.channels ? 0 : (static_cast<float>(seed >> 28) - 8) / 4;
  }
  return values;
}

// Memory that holds no useful numbers.
std::vector<char> spoiled(size_t bytes) { return std::vector<char>(bytes, '\x7f'); }

struct Channels {
  Floats gamma, beta, mean, variance;

  explicit Channels(int64_t count) {
    for (int64_t channel = 0; channel < count; ++channel) {
      gamma.push_back(static_cast<float>(channel % 4) - 1);  // -1, 0, 1, 2
      beta.push_back(static_cast<float>(channel % 3) / 2 - 0.5f);
      mean.push_back(static_cast<float>(channel % 5) / 8);
      variance.push_back(1.0f + static_cast<float>(channel % 2));
    }
  }
};

bool same(const Floats& a, const Floats& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float p, float q) { return p == q || (std::isnan(p) && std::isnan(q)); });
}

bool near(const Floats& a, const Floats& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float p, float q) { return test::near(p, q, 1e-5); });
}

struct Gradients {
  Floats dgamma, dbeta;
  std::vector<char> coefficients;
};

Gradients gradients(const cpu::BatchNormKernels& kernels, const BatchNormOptions& options, const Channels& c, const Floats& x,
                    const Floats& dy) {
  Gradients result{Floats(c.gamma.size()), Floats(c.gamma.size()), spoiled(kernels.coefficient_bytes(options.shape))};
  std::vector<char> sums = spoiled(kernels.sum_bytes(options.shape) * static_cast<size_t>(omp_get_max_threads()));
  kernels.gradients(options, x.data(), c.gamma.data(), c.beta.data(), c.mean.data(), c.variance.data(), dy.data(), result.dgamma.data(),
                    result.dbeta.data(), result.coefficients.data(), sums.data());
  return result;
}

// All that comes between the image and its gradient, one kernel after the other.
struct Separate {
  Floats y, dx;
  std::vector<uint8_t> places;
  Floats unpooled;  // dy

  Separate(cpu::Isa isa, const BatchNormPool& options, const Floats& x, const Floats& dy, const char* coefficients)
      : y(dy.size()), dx(x.size()), places(dy.size()), unpooled(x.size()) {
    Floats activated(x.size());
    cpu::batch_norm_kernels(isa).normalize(options.norm, x.data(), coefficients, activated.data());
    cpu::max_pool_kernels(isa).forward(options.pool, activated.data(), y.data(), places.data());
    cpu::max_pool_kernels(isa).backward(options.pool, places.data(), dy.data(), unpooled.data());
    cpu::batch_norm_kernels(isa).differentiate(options.norm, x.data(), unpooled.data(), coefficients, dx.data());
  }
};

// The same in one pass a direction.
struct Together {
  Floats y, x_at_maximum, dx;
  std::vector<uint8_t> places;

  Together(cpu::Isa isa, const BatchNormPool& options, const Floats& x, const Floats& dy, const char* coefficients)
      : y(dy.size(), 7), x_at_maximum(dy.size(), 7), dx(x.size(), 7), places(dy.size(), 77) {
    const cpu::BatchNormPoolKernels& kernels = cpu::batch_norm_pool_kernels(isa);
    kernels.forward(options, x.data(), coefficients, y.data(), x_at_maximum.data(), places.data());
    kernels.differentiate(options, x.data(), x_at_maximum.data(), places.data(), dy.data(), coefficients, dx.data());
  }
};

// `changes`: what becomes of some elements of x after the coefficients were made.
void compare(cpu::Isa isa, const Image& image, BatchNormActivation activation, const Floats& changes = {}) {
  const cpu::BatchNormKernels& norms = cpu::batch_norm_kernels(isa);
  const Channels channels(image.channels);
  const BatchNormPool options{image.norm(image.cells(), activation), image.pool()};
  const Floats dy = numbers(image, image.windows(), 9);
  Floats x = numbers(image, image.cells(), 5);
  // The coefficients of a gradient serve the forward pass as well; those for any dy will do to find where the maxima are.
  const Gradients some = gradients(norms, options.norm, channels, x, x);
  const Separate first(isa, options, x, dy, some.coefficients.data());
  const Gradients expected = gradients(norms, options.norm, channels, x, first.unpooled);
  for (size_t index = 0; index < x.size() && !changes.empty(); index += 3) x[index] = changes[index / 3 % changes.size()];
  const Separate separate(isa, options, x, dy, expected.coefficients.data());
  const Together together(isa, options, x, dy, expected.coefficients.data());
  CHECK(same(together.y, separate.y));
  CHECK(together.places == separate.places);
  CHECK(same(together.dx, separate.dx));
  if (!changes.empty()) return;
  BatchNormOptions pooled = image.norm(image.windows(), activation);
  pooled.count = image.batch * image.cells();
  const Gradients sums = gradients(norms, pooled, channels, together.x_at_maximum, dy);
  CHECK(near(sums.dgamma, expected.dgamma));
  CHECK(near(sums.dbeta, expected.dbeta));
  CHECK(near(Together(isa, options, x, dy, sums.coefficients.data()).dx, separate.dx));
}

const BatchNormActivation kActivations[] = {BatchNormActivation::none, BatchNormActivation::relu, BatchNormActivation::leaky_relu};

// Channels that fill blocks and that do not.
std::vector<Image> images(const PoolAxis& rows, const PoolAxis& columns) {
  std::vector<Image> result;
  for (const int64_t channels : {16, 20}) result.push_back({3, channels, 16, rows, columns});
  for (const int64_t channels : {8, 20}) result.push_back({3, channels, 8, rows, columns});
  for (const int64_t channels : {1, 3, 20, 29}) result.push_back({3, channels, 0, rows, columns});
  return result;
}

}  // namespace

TEST(windows_layouts_and_activations_of_all_kinds) {
  omp_set_num_threads(1);
  // Windows that cover everything, that leave cells at the end and between them, that reach beyond both ends, of one cell.
  const std::vector<PoolAxis> axes{axis(6, 2, 2, 0, 0),  axis(10, 3, 3, 0, 0), axis(10, 2, 3, 0, 0), axis(7, 3, 3, 1, 1),
                                   axis(5, 2, 2, 0, 1), axis(4, 1, 2, 0, 0),  axis(1, 1, 1, 0, 0)};
  for (const cpu::Isa isa : cpu::available_isas())
    for (const PoolAxis& rows : axes)
      for (const PoolAxis& columns : axes)
        for (const Image& image : images(rows, columns))
          for (const BatchNormActivation activation : kActivations) compare(isa, image, activation);
}

TEST(nan_infinities_and_zeros) {
  omp_set_num_threads(1);
  for (const cpu::Isa isa : cpu::available_isas())
    for (const Image& image : images(axis(7, 3, 3, 1, 1), axis(10, 2, 3, 0, 0)))
      for (const BatchNormActivation activation : kActivations) {
        compare(isa, image, activation, {kNan, 1, -kInfinity, -kInfinity, kInfinity, -0.0F, 0});
        compare(isa, image, activation, {kNan});
        compare(isa, image, activation, {-kInfinity, -kInfinity, -kInfinity, 2, kNan, kNan});
      }
}

TEST(threads_share_rows) {
  for (const int threads : {2, 3}) {
    omp_set_num_threads(threads);
    for (const Image& image : images(axis(46, 3, 3, 0, 0), axis(21, 2, 2, 0, 0)))
      compare(cpu::best_isa(), image, BatchNormActivation::relu);
  }
}

}  // namespace laminet::test
