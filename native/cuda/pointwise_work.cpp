#include "pointwise.h"
#include "pointwise_tables.h"

namespace laminet::cuda {
namespace {

// Groups that one kernel serves, together.
struct Batch {
  PointwiseKernel kernel;
  PointwiseTableSet tables;
};

class PointwiseWork final : public Work {
 public:
  PointwiseWork(Lowering& lowering, std::span<const PointwiseGroup* const> groups) {
    for (const PointwiseGroup* group : groups) {
      const PointwiseCode code = translate(*group);
      Batch& batch = batch_of(pointwise_kernel(code.set, code.slots));
      batch.tables.add(lowering, batch.kernel, *group, code);
    }
    for (Batch& batch : batches_) batch.tables.place(lowering);
  }

  void bind(const Places& at, Context& context) override {
    for (Batch& batch : batches_) batch.tables.upload(at, context.stream());
  }

  void launch(const Places&, Context& context) override {
    for (const Batch& batch : batches_) {
      if (batch.tables.blocks() > 0) launch_pointwise(batch.kernel, batch.tables.tables(), batch.tables.blocks(), context.stream());
    }
  }

 private:
  Batch& batch_of(const PointwiseKernel& kernel) {
    for (Batch& batch : batches_) {
      if (batch.kernel == kernel) return batch;
    }
    batches_.push_back({kernel, {}});
    return batches_.back();
  }

  std::vector<Batch> batches_;
};

}  // namespace

std::unique_ptr<Work> pointwise_work(Lowering& lowering, std::span<const PointwiseGroup* const> groups) {
  return std::make_unique<PointwiseWork>(lowering, groups);
}

}  // namespace laminet::cuda
