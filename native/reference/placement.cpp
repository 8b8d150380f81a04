#include "reference/placement.h"

#include <map>

#include "runtime/planner.h"

namespace laminet::reference {
namespace {

class Placer {
 public:
  explicit Placer(const Program& program) : program_(program), end_(static_cast<int>(program.instructions.size())) {}

  Placement place() {
    placement_.places.resize(program_.types.size());
    place_sources();
    place_returns();
    place_in_arena();
    place_updates();
    finish();
    return std::move(placement_);
  }

 private:
  Place& place_of(int value) { return placement_.places[static_cast<size_t>(value)]; }

  void place_sources() {
    for (size_t i = 0; i < program_.inputs.size(); ++i) place_of(program_.inputs[i]) = {Place::Kind::input, i};
    for (size_t i = 0; i < program_.variables.size(); ++i) place_of(program_.variables[i]) = {Place::Kind::variable, i};
    for (int i = 0; i < end_; ++i) {
      const Instruction& instruction = program_.instructions[static_cast<size_t>(i)];
      if (instruction.op == "constant") {
        place_of(instruction.results[0]) = {Place::Kind::constant, static_cast<size_t>(instruction.number("index"))};
      } else if (instruction.op != "input" && instruction.op != "variable") {
        placement_.steps.push_back(i);
      }
    }
  }

  // A computed value is made in the output that returns it first; everything else returned is copied there.
  void place_returns() {
    for (size_t i = 0; i < program_.returns.size(); ++i) {
      const int value = program_.returns[i];
      const Place output{Place::Kind::output, i};
      if (place_of(value).kind == Place::Kind::arena) {
        place_of(value) = output;
      } else {
        placement_.copies.push_back({place_of(value), output, program_.type(value).bytes()});
      }
    }
  }

  // Operands and results of a step are alive together, so that results overlap nothing.
  void place_in_arena() {
    for (const int step : placement_.steps) {
      const Instruction& instruction = program_.instructions[static_cast<size_t>(step)];
      for (const int value : instruction.results) {
        if (place_of(value).kind != Place::Kind::arena) continue;
        storages_[value] = planner_.add(program_.type(value).bytes());
        planner_.use(storages_[value], step);
      }
      for (const int value : instruction.operands) keep_until(value, step);
    }
  }

  void keep_until(int value, int step) {
    if (const auto found = storages_.find(value); found != storages_.end()) planner_.use(found->second, step);
  }

  // New values that lie in buffers of the caller pass through the arena: another update may write there first.
  void place_updates() {
    for (const Update& update : program_.updates) {
      const Place from = place_of(update.value), variable{Place::Kind::variable, static_cast<size_t>(update.variable)};
      const size_t bytes = program_.type(update.value).bytes();
      keep_until(update.value, end_);
      if (from.kind == Place::Kind::variable || from.kind == Place::Kind::input) {
        const int storage = planner_.add(bytes);
        planner_.use(storage, end_);
        staged_.push_back({storage, {from, {}, bytes}});
        assignments_.push_back({storage, {{}, variable, bytes}});
      } else {
        const auto found = storages_.find(update.value);
        assignments_.push_back({found == storages_.end() ? -1 : found->second, {from, variable, bytes}});
      }
    }
  }

  // Offsets are known now.
  void finish() {
    const ArenaPlan plan = planner_.plan();
    const auto in_arena = [&](int storage) { return Place{Place::Kind::arena, plan.offsets[static_cast<size_t>(storage)]}; };
    placement_.arena_bytes = plan.bytes;
    placement_.plan =
        "arena: " + std::to_string(plan.bytes) + " bytes, " + std::to_string(plan.unshared_bytes) + " without reuse\n";
    for (const auto& [value, storage] : storages_) {
      place_of(value) = in_arena(storage);
      placement_.plan.append("%").append(std::to_string(value)).append(": ").append(program_.type(value).text());
      placement_.plan.append(" ").append(program_.producer(value).op).append(" at ");
      placement_.plan.append(std::to_string(place_of(value).position)).append("\n");
    }
    for (auto& [storage, copy] : staged_) {
      copy.to = in_arena(storage);
      placement_.copies.push_back(copy);
    }
    for (auto& [storage, copy] : assignments_) {
      if (storage >= 0) copy.from = in_arena(storage);
      placement_.copies.push_back(copy);
    }
  }

  struct PendingCopy {
    int storage;  // the end that lies in the arena; -1: none
    Copy copy;
  };

  const Program& program_;
  const int end_;  // the step after the last instruction
  Placement placement_;
  Planner planner_;
  std::map<int, int> storages_;  // of the arena, by value id
  std::vector<PendingCopy> staged_, assignments_;
};

}  // namespace

Placement place_values(const Program& program) { return Placer(program).place(); }

}  // namespace laminet::reference
