#include "pointwise_kernel.h"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "kernel_tables.h"
#include "pointwise_plan.h"
#include "pointwise_sources.h"

namespace laminet::cpu {
namespace {

constexpr int64_t kParallelElements = 16 * 1024;  // fewer are done before a second thread has begun

struct AlignedDelete {
  void operator()(char* memory) const { ::operator delete(memory, std::align_val_t{64}); }
};
using AlignedMemory = std::unique_ptr<char, AlignedDelete>;

AlignedMemory allocate_aligned(size_t bytes) { return AlignedMemory(static_cast<char*>(::operator new(bytes, std::align_val_t{64}))); }

// Memory of the calling thread, kept for its next kernel.
char* thread_scratch(size_t bytes) {
  thread_local AlignedMemory memory;
  thread_local size_t size = 0;
  if (size < bytes) {
    memory = allocate_aligned(bytes);
    size = bytes;
  }
  return memory.get();
}

// Consecutive registers must not start at the same offset of a page: a load would wait for a store that it does not depend on.
size_t register_stride(int64_t tile, size_t bytes) { return (static_cast<size_t>(tile) * bytes + 63) / 64 * 64 + 192; }

template <typename T>
void splat(double value, int64_t count, char* memory) {
  std::fill_n(reinterpret_cast<T*>(memory), count, math::convert<T>(value));
}

void splat_constant(const PointwiseGroup::Constant& constant, int64_t count, char* memory) {
  switch (constant.dtype) {
    case DType::f32: return splat<float>(constant.value, count, memory);
    case DType::f64: return splat<double>(constant.value, count, memory);
    case DType::i32: return splat<int32_t>(constant.value, count, memory);
    case DType::u8: return splat<uint8_t>(constant.value, count, memory);
    default: return splat<uint8_t>(constant.value != 0 ? 1 : 0, count, memory);
  }
}

}  // namespace

struct PointwiseKernel::Plan {
  struct Step {
    PointwiseStep source;
    TileFunction apply = nullptr;     // formula and cast
    RandomFunction random = nullptr;
  };
  struct Output {
    int reg = 0;
    size_t bytes = 0;
    std::vector<int> late_operands;   // dense operands read after this output is written: they must not be its memory
  };

  Plan(const PointwiseGroup& group, const IterationSpace& space, const PointwiseTiles& tiles);
  void run(std::span<const void* const> operands, std::span<void* const> outputs) const;

  TileNest nest;
  std::vector<Step> steps;
  std::vector<Output> outputs;
  std::vector<size_t> offsets;        // by register, into a thread's scratch (operands and temporaries) or into `constants`
  size_t random_offset = 0, scratch_bytes = 0;
  int operand_count = 0, first_temporary = 0;
  AlignedMemory constants;
  decltype(PointwiseTiles::expand) expand;

 private:
  std::vector<size_t> register_bytes(const PointwiseGroup& group) const;
  void lay_out(const PointwiseGroup& group, const std::vector<size_t>& bytes);
  void find_late_operands(const PointwiseGroup& group);
  void run_tiles(int64_t begin, int64_t end, std::span<const void* const> operands, std::span<void* const> results) const;
  bool is_buffered(const Output& output, std::span<const void* const> operands, const void* result) const;
};

namespace {

DType operand_dtype(const PointwiseGroup& group, int operand) {
  for (const PointwiseStep& step : group.steps) {
    for (int k = 0; k < step.operand_count; ++k) {
      if (step.operands[static_cast<size_t>(k)] != operand) continue;
      const bool condition = step.kind == PointwiseStep::Kind::formula && step.code == Pointwise::select && k == 0;
      return condition ? DType::boolean : step.operand_dtype;
    }
  }
  return DType::f32;
}

}  // namespace

std::vector<size_t> PointwiseKernel::Plan::register_bytes(const PointwiseGroup& group) const {
  std::vector<size_t> bytes(static_cast<size_t>(group.registers), 0);
  for (int i = 0; i < group.elementwise; ++i) bytes[i] = dtype_bytes(operand_dtype(group, i));
  for (size_t i = 0; i < group.constants.size(); ++i) {
    bytes[group.constant_register(static_cast<int>(i))] = dtype_bytes(group.constants[i].dtype);
  }
  for (const PointwiseStep& step : group.steps) bytes[step.result] = std::max(bytes[step.result], dtype_bytes(step.dtype));
  return bytes;
}

PointwiseKernel::Plan::Plan(const PointwiseGroup& group, const IterationSpace& space, const PointwiseTiles& tiles)
    : operand_count(group.elementwise), first_temporary(group.first_temporary()), expand(tiles.expand) {
  const std::vector<size_t> bytes = register_bytes(group);
  size_t lane_bytes = 0;
  for (const size_t size : bytes) lane_bytes += size;
  nest = plan_tiles(space, {bytes.begin(), bytes.begin() + operand_count}, lane_bytes);
  for (const PointwiseStep& step : group.steps) {
    Step& resolved = steps.emplace_back(Step{step});
    switch (step.kind) {
      case PointwiseStep::Kind::formula: resolved.apply = tiles.formula(step.code, step.operand_dtype); break;
      case PointwiseStep::Kind::cast: resolved.apply = tiles.cast(step.operand_dtype, step.dtype); break;
      case PointwiseStep::Kind::random_uniform: resolved.random = tiles.random(false, step.dtype); break;
      case PointwiseStep::Kind::random_normal: resolved.random = tiles.random(true, step.dtype); break;
      case PointwiseStep::Kind::iota: break;
    }
  }
  for (const int reg : group.output_registers) outputs.push_back({reg, bytes[reg], {}});
  find_late_operands(group);
  lay_out(group, bytes);
}

void PointwiseKernel::Plan::lay_out(const PointwiseGroup& group, const std::vector<size_t>& bytes) {
  size_t constant_bytes = 0;
  for (int reg = 0; reg < group.registers; ++reg) {
    const bool constant = reg >= operand_count && reg < first_temporary;
    size_t& end = constant ? constant_bytes : scratch_bytes;
    offsets.push_back(end);
    if (reg >= operand_count || !nest.operands[reg].dense) end += register_stride(nest.tile, bytes[reg]);
  }
  constants = allocate_aligned(constant_bytes + 1);
  for (size_t i = 0; i < group.constants.size(); ++i) {
    splat_constant(group.constants[i], nest.tile, constants.get() + offsets[group.constant_register(static_cast<int>(i))]);
  }
  random_offset = scratch_bytes;
  if (std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.random != nullptr; })) {
    scratch_bytes += random_scratch_bytes(nest.tile);
  }
}

void PointwiseKernel::Plan::find_late_operands(const PointwiseGroup& group) {
  for (Output& output : outputs) {
    bool written = false;
    for (const PointwiseStep& step : group.steps) {
      for (int k = 0; written && k < step.operand_count; ++k) {
        const int operand = step.operands[static_cast<size_t>(k)];
        if (operand < operand_count && nest.operands[operand].dense) output.late_operands.push_back(operand);
      }
      written = written || step.result == output.reg;
    }
  }
}

bool PointwiseKernel::Plan::is_buffered(const Output& output, std::span<const void* const> operands, const void* result) const {
  return std::any_of(output.late_operands.begin(), output.late_operands.end(),
                     [&](int operand) { return operands[static_cast<size_t>(operand)] == result; });
}

void PointwiseKernel::Plan::run_tiles(int64_t begin, int64_t end, std::span<const void* const> operands,
                                      std::span<void* const> results) const {
  char* const scratch = thread_scratch(scratch_bytes);
  constexpr int kMaximum = 256;
  void* registers[kMaximum];
  int64_t operand_offsets[kMaximum], expanded[kMaximum];
  for (int reg = 0; reg < static_cast<int>(offsets.size()); ++reg) {
    registers[reg] = (reg >= operand_count && reg < first_temporary ? constants.get() : scratch) + offsets[reg];
  }
  std::fill_n(expanded, operand_count, -1);
  int64_t current = -1, logical_base = 0;
  for (int64_t index = begin; index < end; ++index) {
    const int64_t outer = index / nest.tiles_per_region(), start = index % nest.tiles_per_region() * nest.tile;
    const int64_t count = std::min(nest.tile, nest.inner - start), place = outer * nest.inner + start;
    if (outer != current) {
      for (int i = 0; i < operand_count; ++i) operand_offsets[i] = nest.operands[i].outer_offset(nest.outer_extents, outer);
      logical_base = nest.logical.outer_offset(nest.outer_extents, outer);
      current = outer;
    }
    for (int i = 0; i < operand_count; ++i) {
      const TileAccess& access = nest.operands[i];
      const char* source = static_cast<const char*>(operands[i]) + operand_offsets[i] * static_cast<int64_t>(access.bytes);
      if (access.dense) {
        registers[i] = const_cast<char*>(source) + start * static_cast<int64_t>(access.bytes);
      } else if (!access.repeats || expanded[i] != operand_offsets[i]) {
        expand(access.inner, access.bytes, start, access.repeats ? nest.tile : count, source, registers[i]);
        expanded[i] = operand_offsets[i];
      }
    }
    for (size_t o = 0; o < outputs.size(); ++o) {
      if (is_buffered(outputs[o], operands, results[o])) continue;
      registers[outputs[o].reg] = static_cast<char*>(results[o]) + place * static_cast<int64_t>(outputs[o].bytes);
    }
    for (const Step& step : steps) {
      const PointwiseStep& source = step.source;
      void* result = registers[source.result];
      if (step.apply != nullptr) {
        const auto operand = [&](size_t k) { return source.operands[k] < 0 ? nullptr : registers[source.operands[k]]; };
        step.apply(count, operand(0), operand(1), operand(2), result, source.a, source.b);
      } else {
        const TileElements elements{nest.logical.inner, logical_base, start, count};
        if (step.random == nullptr) {
          run_iota(source, elements, result);
        } else {
          run_random(step.random, source, static_cast<const int32_t*>(operands[source.state]), elements, scratch + random_offset, result);
        }
      }
    }
    for (size_t o = 0; o < outputs.size(); ++o) {
      if (!is_buffered(outputs[o], operands, results[o])) continue;
      std::memcpy(static_cast<char*>(results[o]) + place * static_cast<int64_t>(outputs[o].bytes), registers[outputs[o].reg],
                  static_cast<size_t>(count) * outputs[o].bytes);
    }
  }
}

void PointwiseKernel::Plan::run(std::span<const void* const> operands, std::span<void* const> results) const {
  const int64_t tiles = nest.elements() == 0 ? 0 : nest.outer * nest.tiles_per_region();
  if (nest.elements() < kParallelElements || tiles < 2 || omp_get_max_threads() == 1) return run_tiles(0, tiles, operands, results);
#pragma omp parallel
  {
    const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
    run_tiles(tiles * thread / threads, tiles * (thread + 1) / threads, operands, results);
  }
}

IterationSpace plain_iteration_space(const Program& program, const PointwiseGroup& group) {
  const auto row_major = [](const Shape& shape) {
    std::vector<int64_t> strides(shape.size());
    int64_t stride = 1;
    for (size_t axis = shape.size(); axis-- > 0; stride *= shape[axis]) strides[axis] = stride;
    return strides;
  };
  IterationSpace space;
  space.extents = group.shape;
  space.logical_strides = row_major(group.shape);
  for (int i = 0; i < group.elementwise; ++i) {
    const Shape& shape = program.type(group.operands[i]).shape;
    const std::vector<int64_t> own = row_major(shape);
    std::vector<int64_t> strides(group.shape.size(), 0);
    const size_t missing = group.shape.size() - shape.size();
    for (size_t axis = 0; axis < shape.size(); ++axis) strides[missing + axis] = shape[axis] == 1 ? 0 : own[axis];
    space.operand_strides.push_back(std::move(strides));
  }
  return space;
}

PointwiseKernel::PointwiseKernel(const PointwiseGroup& group, const IterationSpace& space)
    : PointwiseKernel(group, space, best_isa()) {}
PointwiseKernel::PointwiseKernel(const PointwiseGroup& group, const IterationSpace& space, Isa isa)
    : plan_(std::make_unique<Plan>(group, space, pointwise_tiles(isa))) {}
PointwiseKernel::~PointwiseKernel() = default;
PointwiseKernel::PointwiseKernel(PointwiseKernel&&) noexcept = default;
PointwiseKernel& PointwiseKernel::operator=(PointwiseKernel&&) noexcept = default;

void PointwiseKernel::run(std::span<const void* const> operands, std::span<void* const> outputs) const { plan_->run(operands, outputs); }

double PointwiseKernel::bytes_touched() const {
  double bytes = 0;
  const auto elements = static_cast<double>(plan_->nest.elements());
  for (const TileAccess& access : plan_->nest.operands) bytes += access.dense ? elements * static_cast<double>(access.bytes) : 0;
  for (const Plan::Output& output : plan_->outputs) bytes += elements * static_cast<double>(output.bytes);
  return bytes;
}

}  // namespace laminet::cpu
