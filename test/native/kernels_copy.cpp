// Strided copies of every kind against a plain loop, on every instruction set.
#include <omp.h>

#include <cstring>
#include <numeric>
#include <random>

#include "check.h"
#include "cpu/kernel_tables.h"

using namespace laminet;
using cpu::CopySpace;

namespace {

struct Job {
  CopySpace space;
  int64_t source_offset = 0, source_elements = 1, destination_offset = 0, destination_elements = 1;
};

// The destination visits its axes in one random order, the source in another, with gaps, reversals and repeats.
Job random_job(std::mt19937& random) {
  static const int64_t sizes[] = {1, 2, 3, 4, 7, 16, 31, 32, 65, 130, 300};
  Job job;
  CopySpace& space = job.space;
  space.rank = static_cast<int>(random() % 5);
  int64_t elements = 1;
  std::vector<int> from(static_cast<size_t>(space.rank)), to;
  std::iota(from.begin(), from.end(), 0);
  for (int k = 0; k < space.rank; ++k) {
    space.extents[k] = sizes[random() % 11];
    if (elements * space.extents[k] > 200000) space.extents[k] = 1;
    elements *= space.extents[k];
  }
  to = from;
  if (random() % 3 != 0) std::shuffle(from.begin(), from.end(), random);
  if (random() % 3 == 0) std::shuffle(to.begin(), to.end(), random);
  for (const int k : from) {
    if (random() % 8 == 0) continue;
    space.from[k] = job.source_elements;
    job.source_elements = job.source_elements * space.extents[k] + (random() % 6 == 0 ? 5 : 0);
    if (random() % 8 == 0) {
      job.source_offset += space.from[k] * (space.extents[k] - 1);
      space.from[k] = -space.from[k];
    }
  }
  for (const int k : to) {
    space.to[k] = job.destination_elements;
    job.destination_elements = job.destination_elements * space.extents[k] + (random() % 6 == 0 ? 2 : 0);
    if (random() % 16 == 0) {
      job.destination_offset += space.to[k] * (space.extents[k] - 1);
      space.to[k] = -space.to[k];
    }
  }
  return job;
}

template <typename T>
bool run_job(const Job& job, cpu::Isa isa, std::mt19937& random) {
  std::vector<T> source(static_cast<size_t>(job.source_elements)), actual(static_cast<size_t>(job.destination_elements), T(77)), expected;
  for (T& value : source) value = static_cast<T>(random());
  expected = actual;
  int64_t elements = 1;
  for (int k = 0; k < job.space.rank; ++k) elements *= job.space.extents[k];
  for (int64_t i = 0; i < elements; ++i) {
    int64_t rest = i, from = job.source_offset, to = job.destination_offset;
    for (int k = job.space.rank - 1; k >= 0; --k) {
      from += rest % job.space.extents[k] * job.space.from[k];
      to += rest % job.space.extents[k] * job.space.to[k];
      rest /= job.space.extents[k];
    }
    expected[static_cast<size_t>(to)] = source[static_cast<size_t>(from)];
  }
  cpu::copy_kernels(isa).copy(job.space, sizeof(T), source.data() + job.source_offset, actual.data() + job.destination_offset);
  return actual == expected;
}

}  // namespace

TEST(random_copies) {
  std::mt19937 random(11);
  for (int round = 0; round < 1500; ++round) {
    omp_set_num_threads(round % 8 == 0 ? 2 : 1);
    const Job job = random_job(random);
    const std::vector<cpu::Isa>& isas = cpu::available_isas();
    const cpu::Isa isa = isas[static_cast<size_t>(round) % isas.size()];
    const bool same = round % 4 == 0   ? run_job<uint8_t>(job, isa, random)
                      : round % 4 == 1 ? run_job<uint64_t>(job, isa, random)
                                       : run_job<uint32_t>(job, isa, random);
    if (same) continue;
    std::string text;
    for (int k = 0; k < job.space.rank; ++k) {
      text += " " + std::to_string(job.space.extents[k]) + ":" + std::to_string(job.space.from[k]) + ":" + std::to_string(job.space.to[k]);
    }
    test::fail(__FILE__, __LINE__, "round " + std::to_string(round) + " on " + isa_name(isa) + text);
  }
}

TEST(nothing_is_copied_of_an_empty_space) {
  uint32_t source = 1, destination = 2;
  cpu::copy_kernels().copy({2, {0, 3}, {3, 1}, {3, 1}}, 4, &source, &destination);
  cpu::copy_kernels().fill(0, 4, &source, &destination);
  CHECK_EQUAL(destination, 2u);
}

TEST(fill_writes_every_element) {
  for (const cpu::Isa isa : cpu::available_isas()) {
    std::vector<float> values(50001, 0);
    const float value = -0.25f;
    cpu::copy_kernels(isa).fill(50000, sizeof value, &value, values.data());
    CHECK(std::count(values.begin(), values.end(), value) == 50000);
    CHECK(values.back() == 0);
  }
}

TEST(gather_clamps_its_indices) {
  const std::vector<int32_t> indices = {2, 0, -5, 9, 1};
  for (const cpu::Isa isa : cpu::available_isas()) {
    for (const int64_t inner : {int64_t{1}, int64_t{7}, int64_t{4000}}) {
      const int64_t outer = 3, axis = 4;
      std::vector<float> x(static_cast<size_t>(outer * axis * inner)), y(static_cast<size_t>(outer * 5 * inner), -1);
      std::iota(x.begin(), x.end(), 0.0f);
      cpu::copy_kernels(isa).gather(outer, axis, inner, sizeof(float), x.data(), indices.data(), 5, y.data());
      bool same = true;
      for (int64_t i = 0; i < outer * 5 * inner; ++i) {
        const int64_t index = std::clamp<int64_t>(indices[static_cast<size_t>(i / inner % 5)], 0, axis - 1);
        same = same && y[static_cast<size_t>(i)] == x[static_cast<size_t>((i / inner / 5 * axis + index) * inner + i % inner)];
      }
      CHECK(same);
    }
  }
}
