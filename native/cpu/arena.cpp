#include "arena.h"

#include <algorithm>
#include <sstream>

#include "finish.h"
#include "runtime/planner.h"

namespace laminet::cpu {

namespace {

struct Lifetime {
  int first = -1, last = -1;
};

std::vector<Lifetime> lifetimes(const std::vector<Tensor>& tensors, const std::vector<Step>& steps) {
  std::vector<Lifetime> result(tensors.size());
  for (int step = 0; step < static_cast<int>(steps.size()); ++step)
    for (const auto* list : {&steps[step].reads, &steps[step].writes})
      for (int tensor : *list) {
        Lifetime& lifetime = result[root_of(tensors, tensor)];
        if (lifetime.first < 0) lifetime.first = step;
        lifetime.last = step;
      }
  return result;
}

// A result takes over the place of an operand that dies in the step.
void share_in_place(const std::vector<Tensor>& tensors, const std::vector<Step>& steps, const std::vector<Lifetime>& lives,
                    const std::vector<int>& storages, Planner& planner) {
  for (int step = 0; step < static_cast<int>(steps.size()); ++step) {
    std::vector<int> taken;
    for (const auto& [written, read] : steps[step].in_place) {
      const int to = root_of(tensors, written), from = root_of(tensors, read);
      if (storages[to] < 0 || storages[from] < 0 || lives[to].first != step || tensors[to].bytes > tensors[from].bytes) continue;
      if (planner.last_use(storages[from]) != step || planner.shared(storages[to], storages[from])) continue;
      if (std::find(taken.begin(), taken.end(), to) != taken.end() || std::find(taken.begin(), taken.end(), from) != taken.end()) continue;
      planner.share(storages[to], storages[from]);
      taken.push_back(to);
      taken.push_back(from);
    }
  }
}

std::string describe(const std::vector<Tensor>& tensors, const std::vector<Lifetime>& lives, const Placement& placement, size_t unshared) {
  std::ostringstream text;
  text << "arena " << placement.bytes << " bytes (" << unshared << " without sharing)\n";
  static const char* const places[] = {"arena", "input", "variable", "output", "constant", "alias"};
  for (size_t tensor = 0; tensor < tensors.size(); ++tensor) {
    const Tensor& entry = tensors[tensor];
    text << entry.name << ": " << entry.bytes << " bytes";
    if (entry.name.front() == '%') text << ", " << entry.layout.text();
    if (entry.storage == Storage::arena) text << ", arena +" << placement.offsets[tensor];
    else text << ", " << places[static_cast<int>(entry.storage)] << ' ' << entry.index;
    if (entry.storage == Storage::arena) text << ", steps " << lives[tensor].first << " to " << lives[tensor].last;
    text << '\n';
  }
  return text.str();
}

}  // namespace

Placement place(const std::vector<Tensor>& tensors, const std::vector<Step>& steps) {
  const std::vector<Lifetime> lives = lifetimes(tensors, steps);
  Planner planner;
  std::vector<int> storages(tensors.size(), -1);
  for (size_t tensor = 0; tensor < tensors.size(); ++tensor) {
    if (tensors[tensor].storage != Storage::arena || lives[tensor].first < 0) continue;
    storages[tensor] = planner.add(tensors[tensor].bytes);
    planner.use(storages[tensor], lives[tensor].first);
    planner.use(storages[tensor], lives[tensor].last);
  }
  share_in_place(tensors, steps, lives, storages, planner);
  const ArenaPlan plan = planner.plan();
  Placement placement;
  placement.bytes = plan.bytes;
  placement.offsets.assign(tensors.size(), 0);
  for (size_t tensor = 0; tensor < tensors.size(); ++tensor) {
    const int storage = storages[root_of(tensors, static_cast<int>(tensor))];
    if (storage >= 0) placement.offsets[tensor] = plan.offsets[storage];
  }
  placement.text = describe(tensors, lives, placement, plan.unshared_bytes);
  return placement;
}

}  // namespace laminet::cpu
