#include "pointwise_tables.h"

#include <algorithm>
#include <cstring>

#include "status.h"

namespace laminet::cuda {
namespace {

constexpr int64_t kBlocksOfProcessor = 16;  // for one group: about as many as run at a time

}  // namespace

void PointwiseTableSet::add(Lowering& lowering, const PointwiseKernel& kernel, const PointwiseGroup& group, const PointwiseCode& code) {
  const int64_t elements = element_count(group.shape), tile = pointwise_tile(kernel);
  if (elements == 0) return;
  const int64_t most = kBlocksOfProcessor * std::max(lowering.context().properties.multiProcessorCount, 1);
  PointwiseEntry entry;
  entry.elements = elements;
  entry.first_block = blocks_;
  entry.blocks = static_cast<uint32_t>(std::min((elements + tile - 1) / tile, most));
  entry.first_instruction = static_cast<uint32_t>(instructions_.size());
  entry.instructions = static_cast<uint32_t>(code.instructions.size());
  entry.first_operand = static_cast<uint32_t>(operands_.size());
  blocks_ += entry.blocks;
  entry_of_block_.insert(entry_of_block_.end(), entry.blocks, static_cast<uint32_t>(entries_.size()));
  entries_.push_back(entry);
  instructions_.insert(instructions_.end(), code.instructions.begin(), code.instructions.end());
  add_operands(lowering, group, code);
}

// In the order that PointwiseCode tells.
void PointwiseTableSet::add_operands(const Lowering& lowering, const PointwiseGroup& group, const PointwiseCode& code) {
  for (int i = 0; i < static_cast<int>(group.operands.size()); ++i) {
    const int value = group.operands[i];
    add_tensor(lowering, value, i < group.elementwise ? access_of(lowering.shape(value), group.shape) : PointwiseAccess{});
  }
  for (const PointwiseGroup::Constant& constant : group.constants) {
    add_operand({PointwiseOperand::Access::constant, {}});
    operands_.back().address = lane_bits(constant.dtype, constant.value);
    operands_.back().dtype = constant.dtype;
  }
  for (const int output : group.outputs) add_tensor(lowering, output, {});
  for (const int step : code.iotas) {
    add_operand({PointwiseOperand::Access::scattered, {axis_term(group.steps[step].stride, group.steps[step].extent)}});
  }
}

void PointwiseTableSet::add_tensor(const Lowering& lowering, int value, const PointwiseAccess& access) {
  bindings_.push_back({operands_.size(), lowering.tensor(value)});
  add_operand(access);
  operands_.back().dtype = lowering.type(value).dtype;
}

void PointwiseTableSet::add_operand(const PointwiseAccess& access) {
  PointwiseOperand operand;
  operand.access = access.access;
  operand.term_count = static_cast<uint32_t>(access.terms.size());
  first_terms_.push_back(terms_.size());
  operands_.push_back(operand);
  terms_.insert(terms_.end(), access.terms.begin(), access.terms.end());
}

void PointwiseTableSet::place(Lowering& lowering) {
  if (blocks_ == 0) return;
  if (entries_.size() == 1) entry_of_block_.clear();
  size_t bytes = 0;
  const auto reserve = [&](const auto& table) {
    const size_t offset = bytes;
    bytes = (bytes + table.size() * sizeof table[0] + 15) / 16 * 16;
    return offset;
  };
  const size_t entries = reserve(entries_), instructions = reserve(instructions_), operands = reserve(operands_), terms = reserve(terms_),
               entry_of_block = reserve(entry_of_block_);
  memory_ = lowering.keep(bytes);
  image_.resize(bytes);
  const auto* base = static_cast<const char*>(memory_->data());
  tables_.entries = reinterpret_cast<const PointwiseEntry*>(base + entries);
  tables_.instructions = reinterpret_cast<const PointwiseInstruction*>(base + instructions);
  tables_.operands = reinterpret_cast<const PointwiseOperand*>(base + operands);
  if (!entry_of_block_.empty()) tables_.entry_of_block = reinterpret_cast<const uint32_t*>(base + entry_of_block);
  for (size_t i = 0; i < operands_.size(); ++i) {
    if (operands_[i].term_count > 0) operands_[i].terms = reinterpret_cast<const PointwiseTerm*>(base + terms) + first_terms_[i];
  }
}

void PointwiseTableSet::upload(const Places& at, cudaStream_t stream) {
  if (blocks_ == 0) return;
  for (const Binding& binding : bindings_) operands_[binding.operand].address = reinterpret_cast<uint64_t>(at.at(binding.tensor));
  size_t offset = 0;
  const auto copy = [&](const auto& table) {  // in the order of place
    const size_t bytes = table.size() * sizeof table[0];
    if (bytes > 0) std::memcpy(image_.data() + offset, table.data(), bytes);
    offset += (bytes + 15) / 16 * 16;
  };
  copy(entries_), copy(instructions_), copy(operands_), copy(terms_), copy(entry_of_block_);
  LAMINET_CUDA(cudaMemcpyAsync(memory_->data(), image_.data(), image_.size(), cudaMemcpyHostToDevice, stream));
}

}  // namespace laminet::cuda
