// Groups, evaluated in tiles over any layout, against the reference kernels one instruction at a time: the same bits.
#include "cpu/pointwise_kernel.h"

#include <omp.h>

#include <cstring>
#include <map>

#include "check.h"
#include "pointwise_fuzz.h"
#include "reference/reference.h"

using namespace laminet;
using cpu::IterationSpace;
using cpu::plain_iteration_space;

namespace {

using Bytes = std::vector<char>;

struct Memory {
  std::map<int, Bytes> values;
  const void* at(int value) const { return values.at(value).data(); }
};

void fill_random(std::mt19937& random, const Type& type, Bytes& bytes) {
  static const float special[] = {0.0f, -0.0f, 1.0f, NAN, INFINITY, -INFINITY, 1e-40f, 3e38f, 300.0f, -2.5f};
  std::uniform_real_distribution<double> number(-4, 4);
  const int64_t count = element_count(type.shape);
  for (int64_t i = 0; i < count; ++i) {
    const double value = random() % 16 == 0 ? special[random() % 10] : number(random);
    switch (type.dtype) {
      case DType::f32: reinterpret_cast<float*>(bytes.data())[i] = static_cast<float>(value); break;
      case DType::f64: reinterpret_cast<double*>(bytes.data())[i] = value; break;
      case DType::i32:
        reinterpret_cast<int32_t*>(bytes.data())[i] = random() % 16 == 0 ? INT32_MIN : static_cast<int32_t>(random() % 41) - 20;
        break;
      case DType::u8: bytes[static_cast<size_t>(i)] = static_cast<char>(random() % 16 == 0 ? 255 : random() % 7); break;
      default: bytes[static_cast<size_t>(i)] = static_cast<char>(random() % 2);
    }
  }
}

// All values, one instruction after the other.
Memory run_reference(const Program& program, std::mt19937& random) {
  Memory memory;
  for (const Instruction& instruction : program.instructions) {
    std::vector<const void*> operands;
    std::vector<void*> results;
    for (const int value : instruction.results) results.push_back(memory.values.emplace(value, Bytes(program.type(value).bytes() + 8)).first->second.data());
    for (const int value : instruction.operands) operands.push_back(memory.at(value));
    if (instruction.op == "input") {
      const int value = instruction.results.front();
      fill_random(random, program.type(value), memory.values[value]);
    } else if (!reference::run(program, instruction, operands, results)) {
      throw std::logic_error("no kernel for " + instruction.op);
    }
  }
  return memory;
}

// NaN has many bit patterns; operations are free to give any of them.
bool same_element(DType dtype, const char* x, const char* y) {
  if (std::memcmp(x, y, dtype_bytes(dtype)) == 0) return true;
  if (dtype == DType::f32) {
    const float a = *reinterpret_cast<const float*>(x), b = *reinterpret_cast<const float*>(y);
    return a == b || (a != a && b != b);
  }
  if (dtype == DType::f64) {
    const double a = *reinterpret_cast<const double*>(x), b = *reinterpret_cast<const double*>(y);
    return a == b || (a != a && b != b);
  }
  return false;
}

// A memory order of the group's elements: axes permuted, some split in two (as blocked layouts do), and every operand with its own gaps.
struct Arrangement {
  IterationSpace space;
  std::vector<int64_t> operand_elements;  // memory that an operand needs; empty: plain
};

Arrangement arrange(const Program& program, const PointwiseGroup& group, std::mt19937& random) {
  const IterationSpace plain = plain_iteration_space(program, group);
  struct Axis {
    int64_t extent, logical;
    std::vector<int64_t> plain;  // by operand: stride in its plain order
  };
  std::vector<Axis> axes;
  for (size_t k = 0; k < plain.extents.size(); ++k) {
    Axis axis{plain.extents[k], plain.logical_strides[k], {}};
    for (const auto& strides : plain.operand_strides) axis.plain.push_back(strides[k]);
    const int64_t block = random() % 2 == 0 ? 16 : 4;
    if (axis.extent % block == 0 && axis.extent > block && random() % 2 == 0) {
      Axis inner = axis;
      inner.extent = block;
      axis.extent /= block;
      axis.logical *= block;
      for (int64_t& stride : axis.plain) stride *= block;
      axes.push_back(inner);
    }
    axes.push_back(axis);
  }
  std::shuffle(axes.begin(), axes.end(), random);
  Arrangement result;
  result.space.operand_strides.resize(static_cast<size_t>(group.elementwise));
  result.operand_elements.assign(static_cast<size_t>(group.elementwise), 1);
  std::vector<int64_t> next(static_cast<size_t>(group.elementwise), 1);
  std::vector<std::vector<int64_t>> strides(static_cast<size_t>(group.elementwise), std::vector<int64_t>(axes.size(), 0));
  for (size_t i = 0; i < strides.size(); ++i) {
    for (size_t k = axes.size(); k-- > 0;) {
      if (axes[k].plain[i] == 0 || axes[k].extent == 1) continue;
      strides[i][k] = next[i];
      next[i] = next[i] * axes[k].extent + (random() % 8 == 0 ? 3 : 0);
      result.operand_elements[i] = next[i];
    }
  }
  for (size_t k = 0; k < axes.size(); ++k) {
    result.space.extents.push_back(axes[k].extent);
    result.space.logical_strides.push_back(axes[k].logical);
    for (size_t i = 0; i < strides.size(); ++i) result.space.operand_strides[i].push_back(strides[i][k]);
  }
  return result;
}

// Calls body(memory index, plain index of the group's shape, offsets of the operands).
template <typename Body>
void for_each_element(const IterationSpace& space, const Body& body) {
  int64_t count = 1;
  for (const int64_t extent : space.extents) count *= extent;
  std::vector<int64_t> offsets(space.operand_strides.size());
  for (int64_t memory = 0; memory < count; ++memory) {
    int64_t rest = memory, logical = 0;
    std::fill(offsets.begin(), offsets.end(), 0);
    for (size_t k = space.extents.size(); k-- > 0; ) {
      const int64_t index = rest % space.extents[k];
      rest /= space.extents[k];
      logical += index * space.logical_strides[k];
      for (size_t i = 0; i < offsets.size(); ++i) offsets[i] += index * space.operand_strides[i][k];
    }
    body(memory, logical, offsets);
  }
}

// Plain index of the operand under every plain index of the group.
std::vector<std::vector<int64_t>> operand_places(const Program& program, const PointwiseGroup& group) {
  std::vector<std::vector<int64_t>> places(static_cast<size_t>(group.elementwise),
                                           std::vector<int64_t>(static_cast<size_t>(element_count(group.shape))));
  for_each_element(plain_iteration_space(program, group), [&](int64_t, int64_t logical, const std::vector<int64_t>& offsets) {
    for (size_t i = 0; i < offsets.size(); ++i) places[i][static_cast<size_t>(logical)] = offsets[i];
  });
  return places;
}

void check_group(const Program& program, const PointwiseGroup& group, const Memory& memory, cpu::Isa isa, uint32_t seed) {
  std::mt19937 random(seed);
  const Arrangement arrangement = seed % 3 == 0 ? Arrangement{plain_iteration_space(program, group), {}} : arrange(program, group, random);
  const IterationSpace& space = arrangement.space;
  const auto places = operand_places(program, group);
  std::vector<Bytes> operands;
  std::vector<const void*> operand_pointers;
  for (size_t i = 0; i < group.operands.size(); ++i) {
    const Type& type = program.type(group.operands[i]);
    const bool whole = static_cast<int>(i) >= group.elementwise || arrangement.operand_elements.empty();
    const size_t elements = static_cast<size_t>(whole ? element_count(type.shape) : arrangement.operand_elements[i]);
    Bytes bytes((elements + 1) * dtype_bytes(type.dtype), '\x5a');
    if (whole) std::memcpy(bytes.data(), memory.at(group.operands[i]), type.bytes());
    operands.push_back(std::move(bytes));
  }
  if (!arrangement.operand_elements.empty()) {
    for_each_element(space, [&](int64_t, int64_t logical, const std::vector<int64_t>& offsets) {
      for (size_t i = 0; i < offsets.size(); ++i) {
        const size_t bytes = dtype_bytes(program.type(group.operands[i]).dtype);
        std::memcpy(operands[i].data() + static_cast<size_t>(offsets[i]) * bytes,
                    static_cast<const char*>(memory.at(group.operands[i])) + static_cast<size_t>(places[i][static_cast<size_t>(logical)]) * bytes, bytes);
      }
    });
  }
  for (const Bytes& bytes : operands) operand_pointers.push_back(bytes.data());

  std::vector<Bytes> results;
  std::vector<void*> result_pointers;
  for (const int value : group.outputs) results.emplace_back(program.type(value).bytes() + 16, '\x5a');
  // Every second time outputs take the memory of operands that are dense over the space.
  std::vector<bool> taken(group.operands.size(), false);
  std::vector<int64_t> dense(space.extents.size());
  int64_t stride = 1;
  for (size_t k = space.extents.size(); k-- > 0; stride *= space.extents[k]) dense[k] = stride;
  for (size_t o = 0; o < results.size(); ++o) {
    result_pointers.push_back(results[o].data());
    for (int i = 0; seed % 2 == 1 && i < group.elementwise; ++i) {
      const auto index = static_cast<size_t>(i);
      const Type &from = program.type(group.operands[index]), &to = program.type(group.outputs[o]);
      bool same = !taken[index] && from.bytes() == to.bytes() && dtype_bytes(from.dtype) == dtype_bytes(to.dtype);
      for (size_t k = 0; k < dense.size(); ++k) {
        same = same && (space.extents[k] == 1 || space.operand_strides[index][k] == dense[k]);
      }
      if (!same) continue;
      taken[index] = true;
      result_pointers.back() = operands[index].data();
      break;
    }
  }
  cpu::PointwiseKernel(group, space, isa).run(operand_pointers, result_pointers);

  for (size_t o = 0; o < group.outputs.size(); ++o) {
    const DType dtype = program.type(group.outputs[o]).dtype;
    const size_t bytes = dtype_bytes(dtype);
    bool same = true;
    for_each_element(space, [&](int64_t place, int64_t logical, const std::vector<int64_t>&) {
      same = same && same_element(dtype, static_cast<const char*>(result_pointers[o]) + static_cast<size_t>(place) * bytes,
                                  static_cast<const char*>(memory.at(group.outputs[o])) + static_cast<size_t>(logical) * bytes);
    });
    if (!same) {
      test::fail(__FILE__, __LINE__, std::string("%") + std::to_string(group.outputs[o]) + " differs on " + isa_name(isa) + ", seed " +
                                         std::to_string(seed) + "\n" + group.text(program));
    }
  }
}

// Every value that is read from memory has an owner, and the order exists.
void check_schedule(const Program& program, const std::vector<bool>& claimed, const std::vector<PointwiseGroup>& groups, uint32_t seed) {
  std::vector<bool> defined(program.types.size(), false);
  for (const ScheduleEntry& entry : schedule_with_groups(program, claimed, groups)) {
    const auto& operands = entry.group >= 0 ? groups[static_cast<size_t>(entry.group)].operands
                                            : program.instructions[static_cast<size_t>(entry.instruction)].operands;
    const auto& results = entry.group >= 0 ? groups[static_cast<size_t>(entry.group)].outputs
                                           : program.instructions[static_cast<size_t>(entry.instruction)].results;
    for (const int value : operands) {
      if (!defined[static_cast<size_t>(value)]) test::fail(__FILE__, __LINE__, "seed " + std::to_string(seed) + ": operand before its definition");
    }
    for (const int value : results) defined[static_cast<size_t>(value)] = true;
  }
  for (const int value : program.returns) {
    if (!defined[static_cast<size_t>(value)]) test::fail(__FILE__, __LINE__, "seed " + std::to_string(seed) + ": a return has no owner");
  }
}

}  // namespace

TEST(random_programs_in_random_layouts) {
  size_t groups_seen = 0, steps_seen = 0;
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    omp_set_num_threads(seed % 4 == 0 ? 2 : 1);
    std::mt19937 random(seed);
    const Program program = test::ProgramWriter(seed).write();
    const Memory memory = run_reference(program, random);
    std::vector<bool> claimed;
    for (const Instruction& instruction : program.instructions) {
      claimed.push_back((is_pointwise(instruction) || is_pointwise_source(instruction)) && (seed % 4 != 0 || random() % 8 != 0));
    }
    const auto groups = form_pointwise_groups(program, claimed);
    check_schedule(program, claimed, groups, seed);
    const std::vector<cpu::Isa>& isas = cpu::available_isas();
    for (const PointwiseGroup& group : groups) {
      check_group(program, group, memory, isas[seed % isas.size()], seed);
      ++groups_seen, steps_seen += group.steps.size();
    }
  }
  std::cout << "       " << groups_seen << " groups, " << steps_seen << " steps" << std::endl;
  CHECK(groups_seen > 2000);
}
