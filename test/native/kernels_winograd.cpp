// Winograd convolutions of every instruction set and tile against plain loops in float64: sides that fill tiles and that do not, padding from 0 to
// 2, channels of one block and of several.
#include <omp.h>

#include "check.h"
#include "cpu/kernel_tables.h"

namespace laminet::test {
namespace {

using cpu::WinogradAxis;
using cpu::WinogradKernels;
using cpu::WinogradShape;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

constexpr double kMostError = 1e-5;  // of the largest number expected

WinogradAxis axis(int64_t input, int64_t before, int64_t after) {
  return {.input = input, .output = input + before + after - 2, .before = before};
}

Floats numbers(int64_t count, uint32_t seed) {
  Floats values(static_cast<size_t>(count));
  for (float& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<int>(seed >> 9) - (1 << 22)) / static_cast<float>(1 << 22);
  }
  return values;
}

int64_t source_count(const WinogradShape& shape) { return shape.images * shape.channels * shape.rows.input * shape.columns.input; }
int64_t result_count(const WinogradShape& shape) { return shape.images * shape.filters * shape.rows.output * shape.columns.output; }

// Where an element of a blocked image or of the weights lies.
struct Places {
  WinogradShape shape;
  int64_t block;

  static int64_t image(int64_t channels, int64_t rows, int64_t columns, int64_t block, int64_t n, int64_t c, int64_t row, int64_t column) {
    return (((n * (channels / block) + c / block) * rows + row) * columns + column) * block + c % block;
  }
  int64_t x(int64_t n, int64_t c, int64_t row, int64_t column) const {
    return image(shape.channels, shape.rows.input, shape.columns.input, block, n, c, row, column);
  }
  int64_t y(int64_t n, int64_t f, int64_t row, int64_t column) const {
    return image(shape.filters, shape.rows.output, shape.columns.output, block, n, f, row, column);
  }
  int64_t weight(int64_t f, int64_t c, int64_t tap) const {
    return (((f / block * (shape.channels / block) + c / block) * 9 + tap) * block + c % block) * block + f % block;
  }
};

// Calls visit(x, weight, y) with the places of every product of the convolution.
template <typename Visit>
void for_each_product(const WinogradShape& shape, int64_t block, const Visit& visit) {
  const Places places{shape, block};
  for (int64_t n = 0; n < shape.images; ++n)
    for (int64_t row = 0; row < shape.rows.output; ++row)
      for (int64_t column = 0; column < shape.columns.output; ++column)
        for (int64_t tap = 0; tap < 9; ++tap) {
          const int64_t from_row = row - shape.rows.before + tap / 3, from_column = column - shape.columns.before + tap % 3;
          if (from_row < 0 || from_row >= shape.rows.input || from_column < 0 || from_column >= shape.columns.input) continue;
          for (int64_t f = 0; f < shape.filters; ++f)
            for (int64_t c = 0; c < shape.channels; ++c)
              visit(places.x(n, c, from_row, from_column), places.weight(f, c, tap), places.y(n, f, row, column));
        }
}

double error(const Floats& actual, const Doubles& expected) {
  double worst = 0, largest = 1e-30;
  for (size_t index = 0; index < expected.size(); ++index) {
    worst = std::max(worst, std::isfinite(actual[index]) ? std::abs(actual[index] - expected[index]) : INFINITY);
    largest = std::max(largest, std::abs(expected[index]));
  }
  return worst / largest;
}

// Scratch full of NaN: nothing may be read that was not written.
class Scratch {
 public:
  explicit Scratch(size_t bytes) : memory_(bytes / sizeof(float) + 32, NAN) {}
  float* data() { return memory_.data() + (64 - reinterpret_cast<uintptr_t>(memory_.data()) % 64) / sizeof(float); }

 private:
  Floats memory_;
};

void convolve(const WinogradKernels& kernels, const WinogradShape& shape, const Floats& x, const Floats& weights, bool turned,
              const cpu::WinogradTail& tail, Floats& y) {
  const int threads = omp_get_max_threads();
  Scratch windows(kernels.windows_bytes(shape)), scratch(kernels.scratch(shape, threads));
  kernels.transform(shape, weights.data(), turned, windows.data());
  kernels.convolve(shape, x.data(), windows.data(), tail, y.data(), threads, scratch.data());
}

void compare_forward(const WinogradKernels& kernels, const WinogradShape& shape, const Floats& x, const Floats& weights) {
  const Floats bias = numbers(shape.filters, 3);
  Doubles plain(result_count(shape));
  for_each_product(shape, kernels.block,
                   [&](int64_t from, int64_t weight, int64_t to) { plain[to] += static_cast<double>(x[from]) * weights[weight]; });
  for (const bool with_bias : {false, true})
    for (const float slope : {1.0F, 0.3F, 0.0F}) {
      Doubles expected = plain;
      for (int64_t index = 0; index < result_count(shape); ++index) {
        const int64_t cells = shape.rows.output * shape.columns.output * kernels.block;
        const int64_t filter = index / cells % (shape.filters / kernels.block) * kernels.block + index % kernels.block;
        if (with_bias) expected[index] += bias[filter];
        if (expected[index] < 0) expected[index] *= slope;
      }
      Floats y(expected.size(), NAN);
      convolve(kernels, shape, x, weights, false, {with_bias ? bias.data() : nullptr, slope}, y);
      CHECK(error(y, expected) < kMostError);
    }
}

void compare_backward(const WinogradKernels& kernels, const WinogradShape& shape, const Floats& x, const Floats& weights) {
  const Floats dy = numbers(result_count(shape), 4);
  Doubles expected_dx(x.size()), expected_dweights(weights.size()), expected_dbias(shape.filters);
  for_each_product(shape, kernels.block, [&](int64_t from, int64_t weight, int64_t to) {
    expected_dx[from] += static_cast<double>(dy[to]) * weights[weight];
    expected_dweights[weight] += static_cast<double>(dy[to]) * x[from];
  });
  const int64_t cells = shape.rows.output * shape.columns.output * kernels.block;
  for (int64_t index = 0; index < result_count(shape); ++index)
    expected_dbias[index / cells % (shape.filters / kernels.block) * kernels.block + index % kernels.block] += dy[index];
  Floats dx(x.size(), NAN), dweights(weights.size(), NAN), alone(weights.size(), NAN), dbias(shape.filters, NAN);
  convolve(kernels, cpu::winograd_backward(shape), dy, weights, true, {}, dx);
  Scratch scratch(kernels.backward_weights_scratch(shape));
  kernels.backward_weights(shape, x.data(), dy.data(), dweights.data(), dbias.data(), scratch.data());
  kernels.backward_weights(shape, x.data(), dy.data(), alone.data(), nullptr, scratch.data());
  CHECK(error(dx, expected_dx) < kMostError);
  CHECK(error(dweights, expected_dweights) < kMostError);
  CHECK(error(dbias, expected_dbias) < kMostError);
  CHECK(dweights == alone);
}

void compare(const WinogradKernels& kernels, const WinogradShape& shape) {
  const Floats x = numbers(source_count(shape), 1), weights = numbers(shape.channels * shape.filters * 9, 2);
  compare_forward(kernels, shape, x, weights);
  compare_backward(kernels, shape, x, weights);
}

std::vector<const WinogradKernels*> all_kernels() {
  std::vector<const WinogradKernels*> all;
  for (const cpu::Isa isa : cpu::available_isas())
    for (const int tile : {3, 4}) {
      all.push_back(&cpu::winograd_kernels(isa, tile));
      CHECK_EQUAL(all.back()->tile, tile);
    }
  return all;
}

class Threads {
 public:
  explicit Threads(int count) : before_(omp_get_max_threads()) { omp_set_num_threads(count); }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

}  // namespace

TEST(sides_and_padding_of_all_kinds) {
  const std::vector<WinogradAxis> axes{axis(14, 1, 1), axis(7, 1, 1), axis(10, 0, 0), axis(3, 1, 1), axis(3, 0, 0), axis(1, 1, 1),
                                       axis(1, 2, 2),  axis(8, 0, 2), axis(6, 2, 0),  axis(5, 1, 0), axis(2, 0, 1), axis(12, 2, 2)};
  for (const WinogradKernels* kernels : all_kernels())
    for (const WinogradAxis& rows : axes)
      for (const WinogradAxis& columns : axes)
        compare(*kernels, {.images = 2, .channels = 16, .filters = 16, .rows = rows, .columns = columns});
}

TEST(channels_and_filters_of_all_kinds) {
  for (const WinogradKernels* kernels : all_kernels())
    for (const int64_t blocks : {1, 2, 3, 5})
      for (const int64_t filter_blocks : {1, 2, 3, 4, 7})
        compare(*kernels, {.images = 3,
                           .channels = blocks * kernels->block,
                           .filters = filter_blocks * kernels->block,
                           .rows = axis(6, 1, 1),
                           .columns = axis(5, 1, 1)});
}

TEST(many_tiles_and_threads) {
  for (const WinogradKernels* kernels : all_kernels())
    for (const int threads : {1, 2, 3, 5}) {
      const Threads scope(threads);
      compare(*kernels, {.images = 1, .channels = 16, .filters = 32, .rows = axis(3, 1, 1), .columns = axis(4, 1, 1)});
      compare(*kernels, {.images = 19, .channels = 16, .filters = 32, .rows = axis(23, 1, 1), .columns = axis(21, 0, 1)});
    }
}

// Which thread does what must not show.
TEST(threads_do_not_change_results) {
  const WinogradShape shape{.images = 9, .channels = 32, .filters = 48, .rows = axis(14, 1, 1), .columns = axis(11, 1, 1)};
  const Floats x = numbers(source_count(shape), 1), weights = numbers(shape.channels * shape.filters * 9, 2);
  const Floats dy = numbers(result_count(shape), 4);
  for (const WinogradKernels* kernels : all_kernels()) {
    std::vector<Floats> seen;
    for (const int threads : {1, 2, 3, 2}) {
      const Threads scope(threads);
      Floats y(dy.size()), dx(x.size()), dweights(weights.size());
      convolve(*kernels, shape, x, weights, false, {}, y);
      convolve(*kernels, cpu::winograd_backward(shape), dy, weights, true, {}, dx);
      Scratch scratch(kernels->backward_weights_scratch(shape));
      kernels->backward_weights(shape, x.data(), dy.data(), dweights.data(), nullptr, scratch.data());
      y.insert(y.end(), dx.begin(), dx.end());
      y.insert(y.end(), dweights.begin(), dweights.end());
      seen.push_back(y);
    }
    for (const Floats& other : seen) CHECK(other == seen.front());
  }
}

}  // namespace laminet::test
