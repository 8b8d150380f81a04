// Ops that move elements, and scatter_add, on the emulated GPU against the reference kernels: every element size, axes that merge and that
// do not, tiles and words that sizes do not fill, empty tensors, clamped indices; and how work is cut and divided.
#include "cuda/kernels/boxes.h"
#include "cuda/kernels/divide.h"
#include "listing_of.h"
#include "two_programs.h"

namespace laminet::test {
namespace {

const std::vector<std::string> kTypes{"f32", "f64", "i32", "u8", "bool", "bf16", "f16"};

void compare_transpose(const std::string& dtype, const Shape& from, const std::vector<int64_t>& permutation) {
  Shape to;
  for (const int64_t axis : permutation) to.push_back(from[static_cast<size_t>(axis)]);
  COMPARE_ON_CUDA(listing_of("transpose", {type_text(dtype, from)}, {type_text(dtype, to)}, "permutation=" + list_text(permutation)));
}

void compare_concat(const std::string& dtype, const std::vector<Shape>& parts, size_t axis) {
  Shape to = parts[0];
  to[axis] = 0;
  std::vector<std::string> operands;
  for (const Shape& part : parts) {
    to[axis] += part[axis];
    operands.push_back(type_text(dtype, part));
  }
  COMPARE_ON_CUDA(listing_of("concat", operands, {type_text(dtype, to)}, "axis=" + std::to_string(axis)));
}

void compare_pad(const std::string& dtype, const Shape& from, const std::vector<int64_t>& before, const std::vector<int64_t>& after,
                 const std::vector<int64_t>& interior, const std::string& value) {
  Shape to;
  for (size_t axis = 0; axis < from.size(); ++axis)
    to.push_back(before[axis] + from[axis] + std::max<int64_t>(from[axis] - 1, 0) * interior[axis] + after[axis]);
  COMPARE_ON_CUDA(listing_of("pad", {type_text(dtype, from)}, {type_text(dtype, to)},
                             "before=" + list_text(before) + ", after=" + list_text(after) + ", interior=" + list_text(interior) +
                                 ", value=" + value));
}

void compare_mirror_pad(const std::string& dtype, const Shape& from, const std::vector<int64_t>& before,
                        const std::vector<int64_t>& after) {
  Shape to;
  for (size_t axis = 0; axis < from.size(); ++axis) to.push_back(before[axis] + from[axis] + after[axis]);
  COMPARE_ON_CUDA(listing_of("mirror_pad", {type_text(dtype, from)}, {type_text(dtype, to)},
                             "before=" + list_text(before) + ", after=" + list_text(after)));
}

// Indices from -2 to three beyond the last.
Bytes wide_indices(const Type& type, int64_t size) {
  return bytes_of(type, [&](int64_t i) { return static_cast<double>(i * 7919 % (size + 5) - 2); });
}

void compare_gather(const std::string& dtype, const Shape& table, const Shape& indices, size_t axis) {
  Shape picked(table.begin(), table.begin() + static_cast<int64_t>(axis));
  picked.insert(picked.end(), indices.begin(), indices.end());
  picked.insert(picked.end(), table.begin() + static_cast<int64_t>(axis) + 1, table.end());
  const std::string attributes = "axis=" + std::to_string(axis), x = type_text(dtype, table), y = type_text(dtype, picked);
  const std::string forward = listing_of("gather", {x, type_text("i32", indices)}, {y}, attributes);
  const Program program = parse(forward);
  const Bytes wide = wide_indices(program.type(1), table[axis]);
  CHECK_ON_CUDA(forward, forward, (std::vector<Bytes>{random_inputs(program)[0], wide}), 0);
  if (!is_float(program.type(0).dtype)) return;
  const std::string backward = listing_of("scatter_add", {type_text("i32", indices), y}, {x}, attributes);
  const double tolerance = dtype == "f64" ? 1e-13 : dtype == "f32" ? 2e-6 : dtype == "f16" ? 0.002 : 0.01;
  CHECK_ON_CUDA(backward, backward, (std::vector<Bytes>{wide, random_inputs(parse(backward))[1]}), tolerance);
}

}  // namespace

TEST(transposes) {
  for (const std::string& dtype : kTypes) {
    compare_transpose(dtype, {3, 4, 5}, {2, 0, 1});
    compare_transpose(dtype, {37, 70}, {1, 0});
    compare_transpose(dtype, {2, 33, 17, 3}, {0, 2, 1, 3});
  }
  compare_transpose("f32", {2, 5, 6, 40}, {0, 3, 1, 2});
  compare_transpose("f32", {2, 40, 5, 6}, {0, 2, 3, 1});
  compare_transpose("f32", {2, 3, 2, 17, 3, 18}, {5, 0, 4, 2, 1, 3});
  compare_transpose("f32", {2, 1, 3, 2, 2, 3, 2, 2}, {7, 6, 5, 4, 3, 2, 1, 0});
  compare_transpose("u8", {300, 260}, {1, 0});
  compare_transpose("f64", {20, 40, 4}, {1, 0, 2});
  compare_transpose("f32", {0, 3}, {1, 0});
  compare_transpose("f32", {1, 7, 1}, {2, 1, 0});
  compare_transpose("f32", {}, {});
  compare_transpose("f32", {3, 4}, {0, 1});
}

TEST(slices) {
  const auto sliced = [](const std::string& dtype, const Shape& from, const std::vector<int64_t>& begin, const Shape& size,
                         const std::vector<int64_t>& strides) {
    COMPARE_ON_CUDA(listing_of("slice", {type_text(dtype, from)}, {type_text(dtype, size)},
                               "begin=" + list_text(begin) + ", size=" + list_text(size) + ", strides=" + list_text(strides)));
  };
  for (const std::string& dtype : kTypes) {
    sliced(dtype, {6, 7}, {1, 2}, {2, 3}, {2, 2});
    sliced(dtype, {9, 8, 16}, {2, 0, 0}, {3, 8, 16}, {1, 1, 1});
    sliced(dtype, {9, 8, 16}, {0, 1, 4}, {5, 3, 8}, {2, 1, 1});
  }
  sliced("f32", {4, 5}, {4, 5}, {0, 0}, {1, 1});
  sliced("f32", {300, 70, 4}, {1, 0, 1}, {299, 35, 2}, {1, 2, 2});
  sliced("u8", {5}, {3}, {1}, {1});
}

TEST(reversals) {
  for (const std::string& dtype : kTypes)
    for (const std::string axes : {"[]", "[0]", "[1]", "[2]", "[0,1]", "[0,2]", "[0,1,2]"})
      COMPARE_ON_CUDA(listing_of("reverse", {type_text(dtype, {4, 5, 8})}, {type_text(dtype, {4, 5, 8})}, "axes=" + axes));
  COMPARE_ON_CUDA(listing_of("reverse", {"f32[3,0]"}, {"f32[3,0]"}, "axes=[0,1]"));
}

TEST(concatenations) {
  for (const std::string& dtype : kTypes) {
    compare_concat(dtype, {{2, 3}, {2, 1}, {2, 4}}, 1);
    compare_concat(dtype, {{4, 8}, {4, 16}}, 1);
    compare_concat(dtype, {{2, 3, 2}, {5, 3, 2}}, 0);
  }
  compare_concat("f32", {{7, 5}}, 1);
  compare_concat("f32", {{3, 0}, {3, 2}, {3, 0}}, 1);
  compare_concat("f32", {{0, 2}, {0, 3}}, 1);
  compare_concat("f32", {{70, 50, 3}, {70, 2, 3}, {70, 111, 3}}, 1);
  for (const size_t count : {16, 17, 40}) {
    std::vector<Shape> parts;
    for (size_t i = 0; i < count; ++i) parts.push_back({3, static_cast<int64_t>(i % 5), 2});
    compare_concat("f32", parts, 1);
  }
}

TEST(paddings) {
  for (const std::string& dtype : kTypes) {
    compare_pad(dtype, {3, 4}, {1, 0}, {2, 2}, {0, 1}, "1");
    compare_pad(dtype, {2, 5, 4, 8}, {0, 1, 2, 0}, {0, 1, 0, 0}, {0, 0, 0, 0}, "0");
    compare_pad(dtype, {5, 6}, {-1, 1}, {-1, -2}, {0, 0}, "0");
  }
  compare_pad("f32", {5, 6}, {-1, 1}, {-1, -3}, {1, 1}, "-Infinity");
  compare_pad("f32", {4, 8}, {0, 4}, {0, 4}, {0, 0}, "NaN");
  compare_pad("f32", {4, 3, 8}, {1, 0, -4}, {0, 1, 4}, {2, 0, 0}, "-0.5");
  compare_pad("i32", {2, 2}, {1, 1}, {0, 1}, {0, 0}, "-3.5");
  compare_pad("u8", {2, 2}, {1, 1}, {0, 1}, {0, 3}, "300");
  compare_pad("f32", {7}, {-3}, {0}, {2}, "9");
  compare_pad("f32", {0, 3}, {1, 1}, {1, 0}, {3, 0}, "9");
  compare_pad("f32", {2}, {3}, {-4}, {0}, "9");
  compare_pad("f32", {2}, {-4}, {2}, {0}, "9");
  compare_pad("f32", {2, 3, 2, 3, 2}, {1, 1, 1, 1, 1}, {0, 0, 0, 0, 0}, {1, 1, 1, 1, 1}, "2");
  compare_pad("f32", {4, 60, 60, 5}, {0, 3, 3, 0}, {0, 3, 3, 0}, {0, 0, 0, 0}, "0");
}

TEST(mirrored_paddings) {
  for (const std::string& dtype : kTypes) {
    compare_mirror_pad(dtype, {2, 5, 6, 3}, {0, 1, 1, 0}, {0, 1, 1, 0});
    compare_mirror_pad(dtype, {4, 8}, {3, 7}, {2, 0});
    compare_mirror_pad(dtype, {3, 4, 4}, {2, 0, 0}, {1, 0, 0});
  }
  compare_mirror_pad("f32", {1, 3}, {0, 2}, {0, 2});
  compare_mirror_pad("f32", {0, 3}, {0, 2}, {0, 2});
  compare_mirror_pad("f32", {2, 3}, {0, 0}, {0, 0});
  compare_mirror_pad("f32", {2, 90, 40, 4}, {0, 3, 2, 0}, {0, 1, 5, 0});
}

TEST(gathers_and_scatters) {
  for (const std::string& dtype : kTypes) {
    compare_gather(dtype, {5, 2}, {4}, 0);
    compare_gather(dtype, {2, 5, 8}, {2, 3}, 1);
    compare_gather(dtype, {3, 7}, {9}, 1);
  }
  compare_gather("f32", {6, 4}, {}, 0);
  compare_gather("f32", {6, 4}, {0}, 0);
  compare_gather("f32", {6, 0}, {3}, 0);
  compare_gather("f32", {0, 6}, {3}, 1);
  compare_gather("f32", {1, 3}, {5}, 0);
  compare_gather("f32", {3, 4, 260}, {300}, 1);
  compare_gather("f32", {70, 33}, {140}, 0);
  compare_gather("f32", {9000, 1}, {33}, 0);
  COMPARE_ON_CUDA(listing_of("gather", {"f32[0,3]", "i32[4]"}, {"f32[4,3]"}, "axis=0"));  // nothing to pick from: zeros
  COMPARE_ON_CUDA(listing_of("scatter_add", {"i32[4]", "f32[4,3]"}, {"f32[0,3]"}, "axis=0"));
}

TEST(boxes_cover_every_cell_once) {
  for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{4, 5, 6}, {1, 7}, {50}, {}, {3, 0, 2}, {2, 3, 2, 5}})
    for (const int64_t limit : {1, 2, 5, 6, 29, 30, 31, 60, 1000}) {
      std::vector<int> hits(static_cast<size_t>(element_count(sizes)), 0);
      cuda::for_each_box(sizes, limit, [&](const std::vector<int64_t>& first, const std::vector<int64_t>& size) {
        const int64_t cells = element_count(size);
        CHECK(cells >= 1 && cells <= limit);
        for (int64_t cell = 0; cell < cells; ++cell) {
          int64_t rest = cell, index = 0, stride = 1;
          for (size_t axis = sizes.size(); axis-- > 0; rest /= size[axis], stride *= sizes[axis])
            index += (first[axis] + rest % size[axis]) * stride;
          ++hits[static_cast<size_t>(index)];
        }
      });
      CHECK(std::all_of(hits.begin(), hits.end(), [](int count) { return count == 1; }));
    }
}

TEST(divisions_are_exact) {
  uint32_t state = 1;
  const auto random = [&] { return (state = state * 1664525U + 1013904223U) >> 1; };
  for (int round = 0; round < 200000; ++round) {
    const uint32_t divisor = std::max(random() >> (round % 31), 1U), number = random() >> (round % 7);
    const uint32_t below = static_cast<uint32_t>(std::min<uint64_t>(uint64_t{divisor} * (number % 1000 + 1) - 1, 0x7fffffffU));
    for (const uint32_t dividend : {number, below, 0x7fffffffU, 0U}) {
      if (cuda::Divider(divisor).quotient(dividend) != dividend / divisor) CHECK_EQUAL(divisor, dividend);
    }
  }
}

}  // namespace laminet::test
