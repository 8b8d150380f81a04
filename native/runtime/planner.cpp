#include "planner.h"

#include <algorithm>
#include <numeric>

namespace laminet {

namespace {

size_t aligned(size_t bytes) { return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

}  // namespace

int Planner::add(size_t bytes) {
  storages_.push_back({.bytes = bytes});
  return static_cast<int>(storages_.size()) - 1;
}

int Planner::root(int storage) const {
  while (storages_[storage].owner >= 0) storage = storages_[storage].owner;
  return storage;
}

void Planner::use(int storage, int step) {
  Storage& place = storages_[root(storage)];
  place.first = place.first < 0 ? step : std::min(place.first, step);
  place.last = std::max(place.last, step);
}

void Planner::share(int storage, int owner) {
  const int joined = root(storage);
  const int place = root(owner);
  if (joined == place) return;
  Storage& from = storages_[joined];
  from.owner = place;
  storages_[place].bytes = std::max(storages_[place].bytes, from.bytes);
  if (from.first >= 0) {
    use(place, from.first);
    use(place, from.last);
  }
}

int Planner::last_use(int storage) const { return storages_[root(storage)].last; }

// Greedy by size (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020): the largest first, each at the
// lowest gap between the placed ones that live at the same time.
ArenaPlan Planner::plan() const {
  ArenaPlan plan;
  plan.offsets.assign(storages_.size(), 0);
  std::vector<int> order;
  for (int id = 0; id < static_cast<int>(storages_.size()); ++id) {
    if (storages_[id].owner < 0 && storages_[id].first >= 0) order.push_back(id);
  }
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return storages_[a].bytes > storages_[b].bytes; });

  std::vector<int> placed;  // by offset
  for (const int id : order) {
    const size_t bytes = aligned(storages_[id].bytes);
    size_t offset = 0;
    for (const int other : placed) {
      if (!overlap(storages_[id], storages_[other])) continue;
      if (offset + bytes <= plan.offsets[other]) break;
      offset = std::max(offset, plan.offsets[other] + aligned(storages_[other].bytes));
    }
    plan.offsets[id] = offset;
    plan.bytes = std::max(plan.bytes, offset + bytes);
    plan.unshared_bytes += bytes;
    const auto behind = std::upper_bound(placed.begin(), placed.end(), offset,
                                         [&](size_t value, int other) { return value < plan.offsets[other]; });
    placed.insert(behind, id);
  }
  for (int id = 0; id < static_cast<int>(storages_.size()); ++id) plan.offsets[id] = plan.offsets[root(id)];
  return plan;
}

}  // namespace laminet
