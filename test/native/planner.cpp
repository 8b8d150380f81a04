// The memory planner: nothing alive is overwritten, places are reused, shared storage has one place.
#include "runtime/planner.h"

#include "check.h"

using namespace laminet;
using namespace laminet::test;

namespace {

struct Life {
  size_t bytes;
  int first, last;
};

ArenaPlan plan_of(const std::vector<Life>& lives) {
  Planner planner;
  for (const Life& life : lives) {
    const int id = planner.add(life.bytes);
    planner.use(id, life.first);
    planner.use(id, life.last);
  }
  return planner.plan();
}

bool sound(const std::vector<Life>& lives, const ArenaPlan& plan) {
  for (size_t a = 0; a < lives.size(); ++a) {
    if (plan.offsets[a] % kArenaAlignment != 0 || plan.offsets[a] + lives[a].bytes > plan.bytes) return false;
    for (size_t b = 0; b < a; ++b) {
      const bool together = lives[a].first <= lives[b].last && lives[b].first <= lives[a].last;
      const bool apart = plan.offsets[a] + lives[a].bytes <= plan.offsets[b] || plan.offsets[b] + lives[b].bytes <= plan.offsets[a];
      if (together && !apart) return false;
    }
  }
  return true;
}

}  // namespace

TEST(chain_needs_two_places) {
  const std::vector<Life> chain{{1000, 0, 1}, {1000, 1, 2}, {1000, 2, 3}, {1000, 3, 4}};
  const ArenaPlan plan = plan_of(chain);
  CHECK(sound(chain, plan));
  CHECK_EQUAL(plan.bytes, 2048u);
  CHECK_EQUAL(plan.unshared_bytes, 4096u);
}

TEST(gap_between_neighbours_is_used) {
  const std::vector<Life> lives{{640, 0, 9}, {320, 0, 1}, {128, 0, 9}, {256, 3, 5}};
  const ArenaPlan plan = plan_of(lives);
  CHECK(sound(lives, plan));
  CHECK_EQUAL(plan.bytes, 640u + 320u + 128u);
}

TEST(sharing_joins_lifetimes) {
  Planner planner;
  const int x = planner.add(100);
  const int view = planner.add(400);
  const int other = planner.add(400);
  planner.use(x, 0);
  planner.use(view, 2);
  planner.share(view, x);
  planner.use(view, 5);
  planner.use(other, 3);
  CHECK(planner.shared(x, view));
  CHECK_EQUAL(planner.last_use(x), 5);
  const ArenaPlan plan = planner.plan();
  CHECK_EQUAL(plan.offsets[x], plan.offsets[view]);
  CHECK(plan.offsets[other] != plan.offsets[x]);
  CHECK_EQUAL(plan.bytes, 448u * 2);
}

TEST(unused_and_empty) {
  Planner planner;
  planner.add(1 << 20);
  const int empty = planner.add(0);
  planner.use(empty, 0);
  CHECK_EQUAL(planner.last_use(0), -1);
  CHECK_EQUAL(planner.plan().bytes, 0u);
}

TEST(random_lives_are_sound) {
  unsigned state = 1;
  const auto next = [&](unsigned limit) { return ((state = state * 1664525u + 1013904223u) >> 8) % limit; };
  for (int round = 0; round < 50; ++round) {
    std::vector<Life> lives;
    for (int i = 0; i < 60; ++i) {
      const int first = static_cast<int>(next(40));
      lives.push_back({next(5000), first, first + static_cast<int>(next(12))});
    }
    const ArenaPlan plan = plan_of(lives);
    CHECK(sound(lives, plan));
    CHECK(plan.bytes < plan.unshared_bytes);
  }
}
