// Memory planning: which values may lie at the same place of one arena, since they are never alive together.
#pragma once

#include <cstddef>
#include <vector>

namespace laminet {

inline constexpr size_t kArenaAlignment = 64;  // a cache line, and the widest vector

struct ArenaPlan {
  std::vector<size_t> offsets;  // by storage id
  size_t bytes = 0;             // of the arena
  size_t unshared_bytes = 0;    // what it would take without reuse
};

// Collects storages with their lifetimes, then places them. A storage lives from its first to its last mentioned step; a storage that
// was never mentioned takes no room.
class Planner {
 public:
  // A new storage of so many bytes.
  int add(size_t bytes);
  // `storage` is written or read at `step`.
  void use(int storage, int step);
  // `storage` is a view of `owner` (a reshape, an in-place result): one place, one joined lifetime, the larger size.
  void share(int storage, int owner);
  // The last step that uses `storage` or anything that shares its place; -1 when none does. A result may take over an operand's place
  // when this is the step that makes the result.
  int last_use(int storage) const;
  // True when the two share a place already.
  bool shared(int storage, int other) const { return root(storage) == root(other); }

  ArenaPlan plan() const;

 private:
  struct Storage {
    size_t bytes = 0;
    int first = -1;
    int last = -1;
    int owner = -1;  // -1: itself
  };

  int root(int storage) const;
  static bool overlap(const Storage& a, const Storage& b) { return a.first <= b.last && b.first <= a.last; }

  std::vector<Storage> storages_;
};

}  // namespace laminet
