// Window geometry: Keras's examples.
#include "runtime/geometry.h"

#include "check.h"

using namespace laminet;
using namespace laminet::test;

namespace {

// {output, before, after} of one axis.
std::vector<int64_t> axis(int64_t input, int64_t window, int64_t stride, int64_t dilation, const Attribute& padding) {
  Instruction conv;
  conv.op = "conv2d";
  conv.attributes = {{"strides", std::vector<int64_t>{1, stride}}, {"dilations", std::vector<int64_t>{1, dilation}}, {"padding", padding}};
  const WindowAxis columns = conv_geometry(conv, {1, 9, input, 1}, {1, window, 1, 1}).columns;
  return {columns.output, columns.before, columns.after};
}

std::vector<int64_t> same(int64_t input, int64_t window, int64_t stride, int64_t dilation = 1) {
  return axis(input, window, stride, dilation, std::string("same"));
}

std::vector<int64_t> valid(int64_t input, int64_t window, int64_t stride, int64_t dilation = 1) {
  return axis(input, window, stride, dilation, std::string("valid"));
}

using Numbers = std::vector<int64_t>;

}  // namespace

TEST(same_puts_the_odd_cell_after) {
  CHECK_EQUAL(same(32, 4, 2), (Numbers{16, 1, 1}));
  CHECK_EQUAL(same(16, 3, 2), (Numbers{8, 0, 1}));
  CHECK_EQUAL(same(5, 4, 1), (Numbers{5, 1, 2}));
  CHECK_EQUAL(same(6, 2, 1), (Numbers{6, 0, 1}));
  CHECK_EQUAL(same(8, 4, 2), (Numbers{4, 1, 1}));
  CHECK_EQUAL(same(7, 4, 3), (Numbers{3, 1, 2}));
  CHECK_EQUAL(same(7, 1, 3), (Numbers{3, 0, 0}));
  CHECK_EQUAL(same(10, 3, 1, 3), (Numbers{10, 3, 3}));
}

TEST(valid_drops_the_rest) {
  CHECK_EQUAL(valid(10, 3, 3), (Numbers{3, 0, 0}));
  CHECK_EQUAL(valid(10, 3, 1, 2), (Numbers{6, 0, 0}));
  CHECK_EQUAL(valid(2, 3, 1), (Numbers{0, 0, 0}));
  CHECK_EQUAL(valid(3, 3, 5), (Numbers{1, 0, 0}));
}

TEST(explicit_cells) {
  CHECK_EQUAL(axis(5, 3, 2, 1, Numbers{0, 0, 2, 1}), (Numbers{3, 2, 1}));
}

TEST(pooling) {
  Instruction pool;
  pool.attributes = {{"poolSize", Numbers{3, 2}}, {"strides", Numbers{2, 2}}, {"padding", std::string("same")}};
  const WindowGeometry window = pool_geometry(pool, {1, 6, 5, 4});
  CHECK_EQUAL(window.rows.output, 3);
  CHECK_EQUAL(window.rows.after, 1);
  CHECK_EQUAL(window.columns.output, 3);
}
