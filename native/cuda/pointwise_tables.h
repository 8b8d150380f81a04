// The tables that a launch of pointwise groups reads, as they lie behind each other in device memory.
#pragma once

#include <memory>
#include <vector>

#include "kernels/pointwise.h"
#include "lowering.h"
#include "pointwise_access.h"
#include "pointwise_code.h"

namespace laminet::cuda {

class PointwiseTableSet {
 public:
  // Groups of no elements leave no trace.
  void add(Lowering& lowering, const PointwiseKernel& kernel, const PointwiseGroup& group, const PointwiseCode& code);
  // After the last group: takes the device memory.
  void place(Lowering& lowering);
  // Copies the tables there, with the addresses of tensors.
  void upload(const Places& at, cudaStream_t stream);

  unsigned blocks() const { return blocks_; }
  const PointwiseTables& tables() const { return tables_; }

 private:
  void add_operands(const Lowering& lowering, const PointwiseGroup& group, const PointwiseCode& code);
  void add_tensor(const Lowering& lowering, int value, const PointwiseAccess& access);
  void add_operand(const PointwiseAccess& access);

  struct Binding {
    size_t operand;
    int tensor;
  };

  unsigned blocks_ = 0;
  std::vector<PointwiseEntry> entries_;
  std::vector<PointwiseInstruction> instructions_;
  std::vector<PointwiseOperand> operands_;
  std::vector<PointwiseTerm> terms_;
  std::vector<size_t> first_terms_;       // by operand
  std::vector<uint32_t> entry_of_block_;  // where there are several entries
  std::vector<Binding> bindings_;
  std::shared_ptr<DeviceMemory> memory_;
  std::vector<char> image_;  // of the memory
  PointwiseTables tables_;
};

}  // namespace laminet::cuda
