#include "reference/reference.h"

#include <unordered_map>

#include "reference/call.h"

namespace laminet::reference {
namespace {

std::unordered_map<std::string, Kernel>& kernels() {
  static std::unordered_map<std::string, Kernel> table;
  return table;
}

}  // namespace

Registration::Registration(const char* op, Kernel kernel) { kernels().emplace(op, kernel); }

void throw_unsupported(const Call& call, DType dtype) {
  throw Error("UNSUPPORTED", call.instruction().place() + ": has no kernel for this type: received " + dtype_name(dtype) +
                                 "; cast the operands first");
}

bool run(const Program& program, const Instruction& instruction, std::span<const void* const> operands,
         std::span<void* const> results) {
  const auto found = kernels().find(instruction.op);
  if (found == kernels().end()) return false;
  found->second(Call(program, instruction, operands, results));
  return true;
}

}  // namespace laminet::reference
