// Reductions, arg reductions and softmax against loops in double, on every instruction set.
#include <omp.h>

#include <random>

#include "check.h"
#include "cpu/kernel_tables.h"

using namespace laminet;
using cpu::Reduction;
using cpu::ReduceSpace;

namespace {

std::vector<float> random_floats(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// Axes in memory order; kept axes get the strides of a dense result in a random order of axes.
ReduceSpace random_space(std::mt19937& random) {
  static const int64_t sizes[] = {1, 2, 3, 5, 8, 16, 17, 40, 64, 130};
  ReduceSpace space;
  space.rank = static_cast<int>(random() % 6);
  int64_t elements = 1;
  std::vector<int> kept;
  for (int k = 0; k < space.rank; ++k) {
    space.extents[k] = sizes[random() % 10];
    if (elements * space.extents[k] > 100000) space.extents[k] = 1;
    elements *= space.extents[k];
    if (random() % 2 == 0) kept.push_back(k);
  }
  if (random() % 3 == 0) std::shuffle(kept.begin(), kept.end(), random);
  int64_t stride = 1;
  for (size_t i = kept.size(); i-- > 0; stride *= space.extents[kept[i]]) space.strides[kept[i]] = stride;
  return space;
}

struct Sizes {
  int64_t elements = 1, results = 1;
};

Sizes sizes(const ReduceSpace& space) {
  Sizes sizes;
  for (int k = 0; k < space.rank; ++k) {
    sizes.elements *= space.extents[k];
    if (space.strides[k] != 0) sizes.results *= space.extents[k];
  }
  return sizes;
}

int64_t result_index(const ReduceSpace& space, int64_t element) {
  int64_t index = 0;
  for (int k = space.rank - 1; k >= 0; --k) {
    index += element % space.extents[k] * space.strides[k];
    element /= space.extents[k];
  }
  return index;
}

double combine(Reduction reduction, double x, double y) {
  switch (reduction) {
    case Reduction::sum: return x + y;
    case Reduction::prod: return x * y;
    case Reduction::max: return std::isnan(x) || x > y ? x : y;
    default: return std::isnan(x) || x < y ? x : y;
  }
}

double neutral(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum: return 0;
    case Reduction::prod: return 1;
    case Reduction::max: return -INFINITY;
    default: return INFINITY;
  }
}

std::string space_text(const ReduceSpace& space) {
  std::string text;
  for (int k = 0; k < space.rank; ++k) text += " " + std::to_string(space.extents[k]) + ":" + std::to_string(space.strides[k]);
  return text;
}

void check_reduction(Reduction reduction, const ReduceSpace& space, cpu::Isa isa, const std::vector<float>& x, float scale) {
  const Sizes size = sizes(space);
  std::vector<double> expected(static_cast<size_t>(size.results), neutral(reduction)), magnitude(expected.size(), 0);
  for (int64_t i = 0; i < size.elements; ++i) {
    const auto place = static_cast<size_t>(result_index(space, i));
    expected[place] = combine(reduction, expected[place], x[static_cast<size_t>(i)]);
    magnitude[place] += std::abs(x[static_cast<size_t>(i)]);
  }
  const auto& kernels = cpu::reduce_kernels(isa);
  std::vector<double> scratch(kernels.scratch_bytes(space) / sizeof(double) + 1, NAN);
  std::vector<float> actual(expected.size(), NAN);
  kernels.reduce(reduction, space, scale, x.data(), actual.data(), scratch.data());
  for (size_t i = 0; i < expected.size(); ++i) {
    const double wanted = reduction == Reduction::sum ? expected[i] * static_cast<double>(scale) : expected[i];
    const double tolerance = reduction == Reduction::sum ? 1e-6 * magnitude[i] * static_cast<double>(scale) : 1e-6 * std::abs(wanted);
    const bool same = std::isnan(wanted) ? std::isnan(actual[i])
                                         : actual[i] == static_cast<float>(wanted) || std::abs(actual[i] - wanted) <= tolerance;
    if (same) continue;
    test::fail(__FILE__, __LINE__, std::string(isa_name(isa)) + space_text(space) + " reduction " +
                                       std::to_string(static_cast<int>(reduction)) + ": result " + std::to_string(i) + " is " +
                                       test::text(actual[i]) + ", expected " + test::text(wanted));
    return;
  }
}

constexpr Reduction kReductions[] = {Reduction::sum, Reduction::prod, Reduction::max, Reduction::min};

}  // namespace

TEST(random_axes) {
  std::mt19937 random(5);
  const std::vector<float> x = random_floats(100000, 1);
  for (int round = 0; round < 600; ++round) {
    omp_set_num_threads(round % 8 == 0 ? 2 + round % 3 : 1);
    const ReduceSpace space = random_space(random);
    const std::vector<cpu::Isa>& isas = cpu::available_isas();
    check_reduction(kReductions[round % 4], space, isas[static_cast<size_t>(round / 4) % isas.size()], x, 0.5f);
  }
}

TEST(nan_wins_and_infinities_count) {
  omp_set_num_threads(2);
  std::vector<float> x = random_floats(70000, 2);
  for (size_t i = 0; i < x.size(); i += 501) x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
  for (const cpu::Isa isa : cpu::available_isas()) {
    for (const Reduction reduction : kReductions) {
      check_reduction(reduction, {2, {100, 700}, {1, 0}}, isa, x, 1);
      check_reduction(reduction, {2, {100, 700}, {0, 1}}, isa, x, 1);
      check_reduction(reduction, {3, {10, 70, 100}, {100, 0, 1}}, isa, x, 1);
      check_reduction(reduction, {1, {70000}, {0}}, isa, x, 1);
    }
  }
}

TEST(empty_and_scalar) {
  const std::vector<float> x = {3};
  for (const cpu::Isa isa : cpu::available_isas()) {
    for (const Reduction reduction : kReductions) {
      check_reduction(reduction, {0, {}, {}}, isa, x, 1);
      check_reduction(reduction, {2, {0, 4}, {0, 1}}, isa, x, 1);
      check_reduction(reduction, {2, {4, 0}, {1, 0}}, isa, x, 1);
    }
  }
}

TEST(a_long_sum_keeps_its_digits) {
  const std::vector<float> x(4000001, 0.1f);
  for (const cpu::Isa isa : cpu::available_isas()) {
    float sum = 0;
    std::vector<double> scratch(64);
    cpu::reduce_kernels(isa).reduce(Reduction::sum, {1, {4000001}, {0}}, 1, x.data(), &sum, scratch.data());
    CHECK_NEAR(static_cast<double>(sum), 4000001 * static_cast<double>(0.1f), 2e-7);
  }
}

TEST(arg_max_and_arg_min) {
  std::vector<float> x = random_floats(60000, 3);
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::round(x[i] * 4);  // many equals
  for (size_t i = 0; i < x.size(); i += 3001) x[i] = NAN;
  const int64_t shapes[][3] = {{60, 1000, 1}, {1, 60000, 1}, {6000, 10, 1}, {10, 20, 300}, {1, 200, 300}, {1, 1, 60000}, {20, 3, 1000}};
  for (const cpu::Isa isa : cpu::available_isas()) {
    for (const auto& [outer, count, inner] : shapes) {
      for (const bool largest : {true, false}) {
        std::vector<int32_t> actual(static_cast<size_t>(outer * inner), -1);
        const auto& kernels = cpu::reduce_kernels(isa);
        (largest ? kernels.arg_max : kernels.arg_min)(outer, count, inner, x.data(), actual.data());
        for (int64_t row = 0; row < outer * inner; ++row) {
          const float* column = &x[static_cast<size_t>(row / inner * count * inner + row % inner)];
          int32_t best = 0;
          for (int32_t k = 1; k < count; ++k) {
            const float value = column[k * inner], so_far = column[best * inner];
            if (!std::isnan(so_far) && (std::isnan(value) || (largest ? value > so_far : value < so_far))) best = k;
          }
          if (actual[static_cast<size_t>(row)] != best) {
            test::fail(__FILE__, __LINE__, std::string(isa_name(isa)) + " row " + std::to_string(row) + " of inner " + std::to_string(inner));
            break;
          }
        }
      }
    }
  }
}

TEST(softmax_and_log_softmax) {
  const int64_t shapes[][2] = {{128, 10}, {7, 1}, {3, 1000}, {1, 30001}, {2000, 33}};
  for (const cpu::Isa isa : cpu::available_isas()) {
    for (const auto& [rows, columns] : shapes) {
      std::vector<float> x = random_floats(static_cast<size_t>(rows * columns), 4), y(x.size()), z = x;
      for (float& value : x) value *= 20;
      z = x;
      cpu::reduce_kernels(isa).softmax(rows, columns, x.data(), y.data());
      cpu::reduce_kernels(isa).log_softmax(rows, columns, z.data(), z.data());
      for (int64_t row = 0; row < rows; ++row) {
        double largest = -INFINITY, sum = 0;
        for (int64_t c = 0; c < columns; ++c) largest = std::max(largest, static_cast<double>(x[static_cast<size_t>(row * columns + c)]));
        for (int64_t c = 0; c < columns; ++c) sum += std::exp(x[static_cast<size_t>(row * columns + c)] - largest);
        for (int64_t c = 0; c < columns; ++c) {
          const auto i = static_cast<size_t>(row * columns + c);
          const double logarithm = x[i] - largest - std::log(sum);
          if (!test::near(y[i], std::exp(logarithm), 1e-6) || !test::near(z[i], logarithm, 1e-6)) {
            test::fail(__FILE__, __LINE__, std::string(isa_name(isa)) + ": softmax of " + test::text(x[i]) + " is " + test::text(y[i]) +
                                               ", its logarithm " + test::text(z[i]));
          }
        }
      }
    }
  }
}
