// Reductions: the space is joined to alternating kept and reduced axes, one axis is shared out among threads, and each thread works
// through its part with two inner loops: runs (innermost axis reduced) and columns (innermost axis kept).
#include "reduce.h"

#include <omp.h>

#include "isa.h"
#include "reduce_loops.h"

namespace laminet::cpu {
namespace LAMINET_ISA {
namespace {

constexpr int64_t kParallelElements = 16 * 1024;

struct Axis {
  int64_t extent, from, to;  // `to` is 0 where reduced
};

struct Nest {
  int rank = 0;
  Axis axes[kReduceRank + 2];
  int64_t elements = 1, results = 1;
};

Nest join_axes(const ReduceSpace& space) {
  Nest nest;
  int64_t stride = 1;
  Axis reversed[kReduceRank];
  for (int k = space.rank - 1; k >= 0; --k) {
    const int64_t extent = space.extents[k], to = space.strides[k];
    nest.elements *= extent;
    if (to != 0) nest.results *= extent;
    if (extent != 1) {
      Axis* inner = nest.rank > 0 ? &reversed[nest.rank - 1] : nullptr;
      const bool joins = inner != nullptr && (inner->to == 0) == (to == 0) && to == inner->to * inner->extent;
      if (joins) {
        inner->extent *= extent;
      } else {
        reversed[nest.rank++] = {extent, stride, to};
      }
    }
    stride *= extent;
  }
  for (int k = 0; k < nest.rank; ++k) nest.axes[k] = reversed[nest.rank - 1 - k];
  return nest;
}

// Combines the elements of `axes` into accumulators[result index].
template <typename Op>
void accumulate(const Axis* axes, int rank, const float* x, double* accumulators) {
  if (rank == 0) {
    *accumulators = Op::combine(*accumulators, static_cast<double>(*x));
  } else if (rank == 1 && axes->to == 0 && axes->from == 1) {
    *accumulators = Op::combine(*accumulators, reduce_run<Op>(axes->extent, x));
  } else if (rank == 2 && axes[0].to == 0 && axes[1].to == 1 && axes[1].from == 1) {
    reduce_columns<Op>(axes[0].extent, axes[0].from, axes[1].extent, x, accumulators);
  } else {
    for (int64_t i = 0; i < axes->extent; ++i) accumulate<Op>(axes + 1, rank - 1, x + i * axes->from, accumulators + i * axes->to);
  }
}

// The axis that threads share: the outermost kept one if it is long enough, so that they share no results, else the longest.
int shared_axis(const Nest& nest, int64_t threads) {
  if (nest.rank > 0 && nest.axes[0].to != 0 && nest.axes[0].extent >= 4 * threads) return 0;
  int longest = 0;
  for (int k = 1; k < nest.rank; ++k) longest = nest.axes[k].extent > nest.axes[longest].extent ? k : longest;
  return longest;
}

int64_t thread_count(const Nest& nest) { return nest.elements >= kParallelElements ? omp_get_max_threads() : 1; }

template <typename Op>
void reduce_with(const ReduceSpace& space, float scale, const float* x, float* y, void* scratch) {
  const Nest nest = join_axes(space);
  auto* accumulators = static_cast<double*>(scratch);
  const int64_t most = thread_count(nest);
#pragma omp parallel num_threads(static_cast<int>(most))
  {
    const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
    const int shared = shared_axis(nest, threads);
    const bool apart = nest.rank > 0 && nest.axes[shared].to == 0;  // several threads have parts of one result
    const int64_t copies = apart ? threads : 1;
    for (int64_t i = nest.results * copies * thread / threads; i < nest.results * copies * (thread + 1) / threads; ++i) {
      accumulators[i] = Op::kNeutral;
    }
#pragma omp barrier
    if (nest.rank == 0) {
      if (thread == 0 && nest.elements > 0) accumulate<Op>(nullptr, 0, x, accumulators);
    } else {
      Nest part = nest;
      Axis& axis = part.axes[shared];
      const int64_t begin = axis.extent * thread / threads, end = axis.extent * (thread + 1) / threads;
      axis.extent = end - begin;
      if (nest.elements > 0 && end > begin) {
        accumulate<Op>(part.axes, part.rank, x + begin * axis.from, accumulators + (apart ? thread * nest.results : begin * axis.to));
      }
    }
#pragma omp barrier
    for (int64_t i = nest.results * thread / threads; i < nest.results * (thread + 1) / threads; ++i) {
      double value = accumulators[i];
      for (int64_t copy = 1; copy < copies; ++copy) value = Op::combine(value, accumulators[copy * nest.results + i]);
      y[i] = static_cast<float>(value * static_cast<double>(scale));
    }
  }
}

void reduce(Reduction reduction, const ReduceSpace& space, float scale, const float* x, float* y, void* scratch) {
  switch (reduction) {
    case Reduction::sum: return reduce_with<Sum>(space, scale, x, y, scratch);
    case Reduction::prod: return reduce_with<Product>(space, 1, x, y, scratch);
    case Reduction::max: return reduce_with<Maximum>(space, 1, x, y, scratch);
    default: return reduce_with<Minimum>(space, 1, x, y, scratch);
  }
}

size_t scratch_bytes(const ReduceSpace& space) {
  const Nest nest = join_axes(space);
  return static_cast<size_t>(nest.results * thread_count(nest)) * sizeof(double);
}

template <bool kLargest>
void arg_reduce(int64_t outer, int64_t count, int64_t inner, const float* x, int32_t* y) {
#pragma omp parallel for if (outer * count * inner >= kParallelElements)
  for (int64_t row = 0; row < outer; ++row) {
    if (inner == 1) {
      y[row] = arg_of_run<kLargest>(count, x + row * count);
    } else {
      arg_of_columns<kLargest>(count, inner, x + row * count * inner, y + row * inner);
    }
  }
}

template <bool kLogarithm>
void softmax_rows(int64_t rows, int64_t columns, const float* x, float* y) {
#pragma omp parallel for if (rows * columns >= kParallelElements)
  for (int64_t row = 0; row < rows; ++row) softmax_run<kLogarithm>(columns, x + row * columns, y + row * columns);
}

}  // namespace

extern const ReduceKernels reduce_table;
const ReduceKernels reduce_table = {reduce,        arg_reduce<true>, arg_reduce<false>, softmax_rows<false>,
                                    softmax_rows<true>, scratch_bytes};

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
