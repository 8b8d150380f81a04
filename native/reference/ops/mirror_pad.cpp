// mirror_pad: [a, b, c] padded by 2 and 1 is [c, b, a, b, c, b]; the edge itself is not repeated.
#include <algorithm>

#include "reference/call.h"
#include "reference/strides.h"

namespace laminet::reference {
namespace {

// Where each cell of a padded axis of `size` cells comes from, as an offset in elements. Wider pads than size - 1 bounce again.
std::vector<int64_t> reflected_offsets(int64_t size, int64_t before, int64_t padded, int64_t stride) {
  std::vector<int64_t> offsets(static_cast<size_t>(padded), 0);
  const int64_t period = 2 * (size - 1);
  if (period <= 0) return offsets;
  for (int64_t i = 0; i < padded; ++i) {
    const int64_t position = ((i - before) % period + period) % period;
    offsets[static_cast<size_t>(i)] = std::min(position, period - position) * stride;
  }
  return offsets;
}

void run_mirror_pad(const Call& call) {
  const Shape& shape = call.result_shape();
  const int64_t count = element_count(shape);
  if (count == 0) return;
  const Shape& operand = call.operand_shape(0);
  const Strides strides = row_major_strides(operand);
  const auto& before = call.instruction().integers("before");
  std::vector<std::vector<int64_t>> tables;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    tables.push_back(reflected_offsets(operand[axis], before[axis], shape[axis], strides[axis]));
  }
  dispatch_bits(call.result_type().dtype, [&]<typename T>() {
    const T* x = call.operand<T>(0);
    T* y = call.result<T>();
    for (int64_t i = 0; i < count; ++i) {
      int64_t rest = i, offset = 0;
      for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) {
        offset += tables[axis][static_cast<size_t>(rest % shape[axis])];
      }
      y[i] = x[offset];
    }
  });
}

const Registration registration{"mirror_pad", run_mirror_pad};

}  // namespace
}  // namespace laminet::reference
