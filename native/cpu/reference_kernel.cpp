#include "reference_kernel.h"

#include "reference/reference.h"
#include "lowering.h"

namespace laminet::cpu {

namespace {

class ReferenceWork : public Work {
 public:
  ReferenceWork(const Program& program, const Instruction& instruction, std::vector<int> reads, std::vector<int> writes)
      : program_(program), instruction_(instruction), reads_(std::move(reads)), writes_(std::move(writes)), operands_(reads_.size()),
        results_(writes_.size()) {}

  void run(void* const* memory) override {
    for (size_t i = 0; i < reads_.size(); ++i) operands_[i] = memory[reads_[i]];
    for (size_t i = 0; i < writes_.size(); ++i) results_[i] = memory[writes_[i]];
    if (!reference::run(program_, instruction_, operands_, results_))
      throw Error("UNSUPPORTED", instruction_.place() + ": no kernel for '" + instruction_.op + "'");
  }

 private:
  const Program& program_;
  const Instruction& instruction_;
  std::vector<int> reads_, writes_;
  std::vector<const void*> operands_;
  std::vector<void*> results_;
};

class ReferenceKernel : public Kernel {
 public:
  void lower(Lowering& lowering) const override {
    const Instruction& instruction = lowering.graph.instruction(instructions.front());
    std::vector<int> reads, writes;
    for (int value : operands) reads.push_back(lowering.use_plain(value));
    for (int value : results) writes.push_back(lowering.define_plain(value));
    auto work = std::make_unique<ReferenceWork>(lowering.program(), instruction, reads, writes);
    lowering.add(reads, writes, std::move(work), "reference");
  }
};

}  // namespace

KernelPtr reference_kernel(const Graph& graph, int instruction) {
  auto kernel = std::make_unique<ReferenceKernel>();
  const Instruction& source = graph.instruction(instruction);
  kernel->name = source.op;
  kernel->layer = source.layer;
  kernel->instructions = {instruction};
  kernel->operands = source.operands;
  kernel->results = source.results;
  return kernel;
}

}  // namespace laminet::cpu
