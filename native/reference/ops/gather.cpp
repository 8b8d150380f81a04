// gather: y[a, i, b] = x[a, indices[i], b]; `a` counts the axes before `axis`, `b` those after it.
// scatter_add, its gradient: y[a, indices[i], b] += updates[a, i, b]. Indices outside the range count as the nearest inside.
#include <algorithm>
#include <cstring>

#include "reference/call.h"
#include "reference/strides.h"

namespace laminet::reference {
namespace {

struct Extents {
  int64_t outer;   // a
  int64_t size;    // of the indexed axis
  int64_t inner;   // b
  int64_t picked;  // i
};

// `shape` is x's in gather, the result's in scatter_add.
Extents extents_of(const Call& call, const Shape& shape, const Shape& indices) {
  const auto axis = static_cast<size_t>(call.instruction().number("axis"));
  return {span_count(shape, 0, axis), shape[axis], span_count(shape, axis + 1, shape.size()), element_count(indices)};
}

int64_t clamp_index(int32_t index, int64_t size) { return std::clamp<int64_t>(index, 0, size - 1); }

// There is nothing to pick from.
void zero_fill(const Call& call) {
  if (const size_t bytes = call.result_type().bytes()) std::memset(call.result<void>(), 0, bytes);
}

void run_gather(const Call& call) {
  const Extents e = extents_of(call, call.operand_shape(0), call.operand_shape(1));
  const auto* indices = call.operand<int32_t>(1);
  const auto bytes = static_cast<size_t>(e.inner) * dtype_bytes(call.result_type().dtype);
  const char* x = call.operand<char>(0);
  char* y = call.result<char>();
  if (e.size == 0) return zero_fill(call);
  for (int64_t a = 0; a < e.outer; ++a) {
    for (int64_t i = 0; i < e.picked; ++i, y += bytes) {
      std::memcpy(y, x + static_cast<size_t>(a * e.size + clamp_index(indices[i], e.size)) * bytes, bytes);
    }
  }
}

template <typename T>
void scatter_add(const Call& call) {
  const Extents e = extents_of(call, call.result_shape(), call.operand_shape(0));
  const auto* indices = call.operand<int32_t>(0);
  const T* updates = call.operand<T>(1);
  T* y = call.result<T>();
  std::vector<double> sums(static_cast<size_t>(e.size * e.inner));
  for (int64_t a = 0; a < e.outer && !sums.empty(); ++a) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (int64_t i = 0; i < e.picked; ++i, updates += e.inner) {
      double* row = sums.data() + clamp_index(indices[i], e.size) * e.inner;
      for (int64_t b = 0; b < e.inner; ++b) row[b] += static_cast<double>(updates[b]);
    }
    y = std::transform(sums.begin(), sums.end(), y, [](double sum) { return static_cast<T>(sum); });
  }
}

void run_scatter_add(const Call& call) {
  dispatch_float(call, call.result_type().dtype, [&]<typename T>() { scatter_add<T>(call); });
}

const Registration gather_registration{"gather", run_gather};
const Registration scatter_add_registration{"scatter_add", run_scatter_add};

}  // namespace
}  // namespace laminet::reference
