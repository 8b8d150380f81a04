// The candidates of every op, entered by static objects before the first program is compiled.
#include "candidates.h"

#include <algorithm>
#include <map>

#include "runtime/log.h"

namespace laminet::cuda {

namespace {

struct Entry {
  int rank;
  Candidate candidate;
};

std::map<std::string, std::vector<Entry>, std::less<>>& table() {
  static auto* entries = new std::map<std::string, std::vector<Entry>, std::less<>>;
  return *entries;
}

}  // namespace

Registration::Registration(const char* op, int rank, Candidate candidate) {
  std::vector<Entry>& entries = table()[op];
  entries.push_back({rank, candidate});
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.rank < b.rank; });
}

void lower_instruction(Lowering& lowering, const Instruction& instruction) {
  std::string refusals;
  if (const auto found = table().find(instruction.op); found != table().end()) {
    for (const Entry& entry : found->second) {
      std::string refusal;
      if (entry.candidate(lowering, instruction, refusal)) return;
      if (log_enabled()) log("cuda: " + instruction.place() + ": not by candidate of rank " + std::to_string(entry.rank) + ": " + refusal);
      refusals += (refusals.empty() ? "" : "; ") + refusal;
    }
  }
  std::string shapes;
  for (const int operand : instruction.operands) shapes += (shapes.empty() ? "" : ", ") + lowering.type(operand).text();
  throw Error("UNSUPPORTED", lowering.context().name() + ": " + instruction.place() + " of " + shapes + ": " +
                                 (refusals.empty() ? "the cuda backend has no kernel for this op" : refusals));
}

}  // namespace laminet::cuda
