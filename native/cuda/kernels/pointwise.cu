#include "cuda/kernels/pointwise.h"

#include "cuda/kernels/launch.h"
#include "cuda/kernels/pointwise.cuh"

namespace laminet::cuda {
namespace {

struct Kernel {
  PointwiseKernel kernel;
  int threads;
  void (*function)(PointwiseArguments);
};

template <PointwiseSet set, int slots, int threads>
constexpr Kernel kernel_of{{set, slots}, threads, evaluate_pointwise<set, slots, threads>};

// From few slots to many.
const Kernel kernels[] = {
    kernel_of<PointwiseSet::light, 4, 128>,    kernel_of<PointwiseSet::full, 16, 128>,   kernel_of<PointwiseSet::full, 96, 32>,
    kernel_of<PointwiseSet::float64, 16, 128>, kernel_of<PointwiseSet::float64, 96, 32>,
};

const Kernel& find(PointwiseSet set, int slots) {
  for (const Kernel& candidate : kernels) {
    const bool knows = candidate.kernel.set == set || (set == PointwiseSet::light && candidate.kernel.set == PointwiseSet::full);
    if (knows && candidate.kernel.slots >= slots) return candidate;
  }
  throw Error("INTERNAL", "pointwise group: more values at a time than a kernel keeps: received " + std::to_string(slots) +
                              "; expected at most 96; limit the steps of a group");
}

}  // namespace

PointwiseKernel pointwise_kernel(PointwiseSet set, int slots) { return find(set, slots).kernel; }

int pointwise_tile(const PointwiseKernel& kernel) {
  return find(kernel.set, kernel.slots).threads * (kernel.set == PointwiseSet::float64 ? 2 : 4);
}

void launch_pointwise(const PointwiseKernel& kernel, const PointwiseTables& tables, unsigned blocks, cudaStream_t stream) {
  const PointwiseArguments arguments{Global(tables.entries), Global(tables.instructions), Global(tables.operands),
                                     Global(tables.entry_of_block), tables.entry_of_block == nullptr};
  const Kernel& found = find(kernel.set, kernel.slots);
  launch("evaluate_pointwise", found.function, blocks, found.threads, stream, arguments);
}

}  // namespace laminet::cuda
