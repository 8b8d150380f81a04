#include "arena.h"

#include <dlfcn.h>

#include "runtime/planner.h"

namespace laminet::cuda {

ArenaLayout lay_out(const Compiled& compiled) {
  Planner planner;
  std::vector<int> storages(compiled.tensors.size(), -1);
  const auto use = [&](int tensor, int step) {
    const int root = root_of(compiled.tensors, tensor);
    if (compiled.tensors[root].storage != Storage::arena) return;
    if (storages[root] < 0) storages[root] = planner.add(with_gap(compiled.tensors[root].type.bytes()));
    planner.use(storages[root], step);
  };
  const int end = static_cast<int>(compiled.steps.size());
  for (int step = 0; step < end; ++step)
    for (const std::vector<int>* list : {&compiled.steps[step].reads, &compiled.steps[step].writes})
      for (const int tensor : *list) use(tensor, step);
  for (const int tensor : compiled.returns) use(tensor, end);
  const ArenaPlan plan = planner.plan();
  ArenaLayout layout{{}, std::vector<size_t>(compiled.tensors.size()), plan.bytes, {}};
  layout.text = "arena: " + std::to_string(plan.bytes) + " bytes, " + std::to_string(plan.unshared_bytes) + " without reuse\n";
  for (size_t tensor = 0; tensor < storages.size(); ++tensor) {
    if (storages[tensor] < 0) continue;
    layout.tensors.push_back(static_cast<int>(tensor));
    layout.offsets[tensor] = plan.offsets[storages[tensor]];
    layout.text += "%" + std::to_string(tensor) + ": " + compiled.tensors[tensor].type.text() + " at " + std::to_string(layout.offsets[tensor]) + "\n";
  }
  return layout;
}

void note_tensors(void* arena, const ArenaLayout& layout, const Compiled& compiled) {
  using Note = void (*)(void*, const size_t*, const size_t*, int);
  static const auto note = reinterpret_cast<Note>(dlsym(RTLD_DEFAULT, "laminet_emulator_note_tensors"));
  if (note == nullptr) return;
  std::vector<size_t> offsets, bytes;
  for (const int tensor : layout.tensors) {
    offsets.push_back(layout.offsets[tensor]);
    bytes.push_back(compiled.tensors[tensor].type.bytes());
  }
  note(arena, offsets.data(), bytes.data(), static_cast<int>(offsets.size()));
}

}  // namespace laminet::cuda
