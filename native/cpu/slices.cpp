#include "slices.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "cache.h"
#include "finish.h"
#include "runtime/planner.h"
#include "sliced_work.h"

namespace laminet::cpu {

namespace {

// Of the batch, for each of several threads.
constexpr int kPortions = 3;

// What a step touches.
struct Traffic {
  size_t image = 0;  // bytes of one image in all tensors that are cut
  size_t whole = 0;  // bytes of all others: weights
};

class Joiner {
 public:
  Joiner(Library& library, std::vector<Step>& steps, std::vector<Tensor>& tensors) : library_(library), steps_(steps), tensors_(tensors) {
    for (int tensor = static_cast<int>(tensors_.size()); tensor-- > 0;) {
      if (tensors_[tensor].storage != Storage::variable) continue;
      const auto index = static_cast<size_t>(tensors_[tensor].index);
      variables_.resize(std::max(variables_.size(), index + 1), -1);
      variables_[index] = tensor;
    }
  }

  void run() {
    find_cheap_steps();
    std::vector<size_t> pending(steps_.size());
    for (size_t index = 0; index < steps_.size(); ++index) pending[index] = index;
    while (!pending.empty()) pending = take_group(pending);
    steps_ = std::move(result_);
  }

 private:
  // Whose memory the tensor is. Old and new values of a variable share theirs.
  int root(int tensor) const {
    const int owner = root_of(tensors_, tensor);
    return tensors_[owner].storage == Storage::variable ? variables_[static_cast<size_t>(tensors_[owner].index)] : owner;
  }
  bool is_scratch(int tensor) const { return tensors_[tensor].name == kScratchName; }

  // Steps that may run again for each reader of their result, instead of keeping it.
  void find_cheap_steps() {
    for (size_t index = 0; index < steps_.size(); ++index) {
      const Step& step = steps_[index];
      if (!step.slicing || !step.slicing->cheap || step.writes.size() != 1) continue;
      const int result = root(step.writes.front());
      size_t last = index;
      bool changes = tensors_[result].storage != Storage::arena, sliced = suits(index);
      for (size_t later = index + 1; later < steps_.size(); ++later) {
        if (!touches(steps_[later].reads, result)) continue;
        last = later;
        sliced = sliced && suits(later);
      }
      for (size_t later = index + 1; later <= last; ++later)
        changes = changes || overlap(steps_[later].writes, step.reads) || touches(steps_[later].writes, result);
      if (!changes && sliced) cheap_.emplace(result, step);
    }
  }

  // Emits what can run before the next group, then the group; gives back what is left.
  std::vector<size_t> take_group(const std::vector<size_t>& pending) {
    std::vector<size_t> group, later;
    size_t next = 0;
    for (; next < pending.size(); ++next) {
      const size_t step = pending[next];
      const bool waits = depends(step, later);
      if (suits(step) && !waits) {
        if (!group.empty() && !can_join(step, group)) break;
        for (const size_t again : missing(step, group)) group.push_back(again);
        group.push_back(step);
      } else if (waits || depends(step, group)) {
        if (suits(step)) break;
        later.push_back(step);
      } else {
        for (const size_t again : missing(step, {})) emit_alone(again);
        emit_alone(step);
      }
    }
    emit(group);
    later.insert(later.end(), pending.begin() + static_cast<std::ptrdiff_t>(next), pending.end());
    return later;
  }

  // Steps that make again what this one reads and neither memory nor the group has.
  std::vector<size_t> missing(size_t index, const std::vector<size_t>& group) {
    std::vector<size_t> result;
    const std::vector<int> reads = steps_[index].reads;
    for (const int tensor : reads) {
      const auto makes = [&](size_t step) { return touches(steps_[step].writes, tensor); };
      if (!dropped_.contains(root(tensor)) || std::any_of(group.begin(), group.end(), makes)) continue;
      steps_.push_back(cheap_.at(root(tensor)));
      result.push_back(steps_.size() - 1);
    }
    return result;
  }

  static bool contains(const std::vector<int>& list, int tensor) { return std::find(list.begin(), list.end(), tensor) != list.end(); }

  bool touches(const std::vector<int>& list, int tensor) const {
    return std::any_of(list.begin(), list.end(), [&](int other) { return root(other) == root(tensor); });
  }
  bool overlap(const std::vector<int>& a, const std::vector<int>& b) const {
    return std::any_of(a.begin(), a.end(), [&](int tensor) { return touches(b, tensor); });
  }
  // It must come after one of the others.
  bool depends(size_t step, const std::vector<size_t>& others) const {
    return std::any_of(others.begin(), others.end(), [&](size_t other) {
      return overlap(steps_[step].reads, steps_[other].writes) || overlap(steps_[step].writes, steps_[other].writes) ||
             overlap(steps_[step].writes, steps_[other].reads);
    });
  }

  // Everything that it shares with the group is cut in both.
  bool can_join(size_t index, const std::vector<size_t>& group) const {
    const Step& step = steps_[index];
    if (step.slicing->batch != steps_[group.front()].slicing->batch) return false;
    return std::all_of(group.begin(), group.end(), [&](size_t other) {
      const auto whole = [&](const std::vector<int>& mine, const std::vector<int>& theirs) {
        return std::any_of(mine.begin(), mine.end(), [&](int tensor) {
          if (is_scratch(tensor)) return false;
          const auto cut_there = [&](int there) { return contains(steps_[other].slicing->images, there); };
          return std::any_of(theirs.begin(), theirs.end(), [&](int there) {
            return root(there) == root(tensor) && !(contains(step.slicing->images, tensor) && cut_there(there));
          });
        });
      };
      return !whole(step.reads, steps_[other].writes) && !whole(step.writes, steps_[other].writes) &&
             !whole(step.writes, steps_[other].reads);
    });
  }

  Traffic traffic(const Step& step) const {
    Traffic result;
    const auto batch = static_cast<size_t>(step.slicing->batch);
    for (const auto* list : {&step.reads, &step.writes})
      for (const int tensor : *list) {
        if (contains(step.slicing->images, tensor)) result.image += tensors_[tensor].bytes / batch;
        else if (!is_scratch(tensor)) result.whole += tensors_[tensor].bytes;
      }
    return result;
  }

  int64_t most_images(const Step& step) const {
    const auto [image, whole] = traffic(step);
    return slice_images(step.slicing->batch, image, whole);
  }

  bool suits(size_t index) const {
    const Step& step = steps_[index];
    return step.slicing && step.slicing->batch >= 2 * library_.threads && most_images(step) > 0;
  }

  void emit(const std::vector<size_t>& group) {
    if (std::optional<Step> joined = join(group)) {
      result_.push_back(std::move(*joined));
      return;
    }
    for (const size_t step : group) emit_alone(step);
  }

  void emit_alone(size_t step) {
    for (const int tensor : steps_[step].writes) dropped_.erase(root(tensor));
    result_.push_back(std::move(steps_[step]));
  }

  std::optional<Step> join(const std::vector<size_t>& group) {
    if (group.size() < 2) return std::nullopt;
    SlicedWork::Plan plan;
    plan.batch = plan.images = steps_[group.front()].slicing->batch;
    plan.threads = library_.threads;
    for (const size_t step : group) plan.images = std::min(plan.images, most_images(steps_[step]));
    const int64_t share = (plan.batch + plan.threads - 1) / plan.threads;
    if (plan.images >= share) return std::nullopt;
    plan.portions = plan.threads == 1 ? 1 : static_cast<int>(std::min<int64_t>(plan.threads * kPortions, plan.batch));
    // Slices of about the same size, rather than a short last one.
    const int64_t portion = (plan.batch + plan.portions - 1) / plan.portions, slices = (portion + plan.images - 1) / plan.images;
    plan.images = (portion + slices - 1) / slices;
    std::vector<Step> parts;
    for (const size_t step : group) parts.push_back(std::move(steps_[step]));
    place_inside(parts, plan);
    std::unique_ptr<SlicedWork> work = SlicedWork::make(library_, parts, std::move(plan));
    if (work == nullptr) {
      for (size_t index = 0; index < group.size(); ++index) steps_[group[index]] = std::move(parts[index]);
      return std::nullopt;
    }
    return joined(std::move(parts), std::move(work));
  }

  // Where what only the group uses lies in a thread's memory.
  void place_inside(const std::vector<Step>& parts, SlicedWork::Plan& plan) const {
    plan.places.assign(tensors_.size(), -1);
    plan.image_bytes.assign(tensors_.size(), 0);
    Planner planner;
    std::vector<int> storages(tensors_.size(), -1);
    for (size_t part = 0; part < parts.size(); ++part)
      for (const int tensor : parts[part].slicing->images) {
        plan.image_bytes[tensor] = tensors_[tensor].bytes / static_cast<size_t>(plan.batch);
        const int owner = root(tensor);
        if (!is_inside(owner, parts)) continue;
        if (storages[owner] < 0) storages[owner] = planner.add(tensors_[owner].bytes / static_cast<size_t>(plan.batch) * static_cast<size_t>(plan.images));
        planner.use(storages[owner], static_cast<int>(part));
      }
    const ArenaPlan arena = planner.plan();
    plan.thread_bytes = arena.bytes;
    for (const Step& part : parts)
      for (const int tensor : part.slicing->images)
        if (storages[root(tensor)] >= 0) plan.places[tensor] = static_cast<int64_t>(arena.offsets[storages[root(tensor)]]);
  }

  // The group makes it, and nobody else reads it, or those who do can make it again.
  bool is_inside(int owner, const std::vector<Step>& parts) const {
    if (tensors_[owner].storage != Storage::arena) return false;
    const auto uses = [&](const Step& step) { return touches(step.reads, owner) || touches(step.writes, owner); };
    const auto first = std::find_if(parts.begin(), parts.end(), uses);
    if (first == parts.end() || touches(first->reads, owner)) return false;
    const auto repeats_from = [&](const auto& cheap) {
      return cheap.first != owner && touches(cheap.second.reads, owner) && is_read_later(cheap.first);
    };
    if (std::any_of(cheap_.begin(), cheap_.end(), repeats_from)) return false;
    return !is_read_later(owner) || cheap_.contains(owner);
  }

  bool is_read_later(int owner) const {
    return std::any_of(steps_.begin(), steps_.end(), [&](const Step& step) { return touches(step.reads, owner); });
  }

  Step joined(std::vector<Step> parts, std::unique_ptr<SlicedWork> work) {
    Step step;
    std::set<int> reads, writes;
    for (const Step& part : parts) {
      step.name = step.name.empty() ? part.name : step.name + ", " + part.name;
      for (const int tensor : part.reads) reads.insert(tensor);
      for (const int tensor : part.writes)
        if (!is_scratch(tensor)) writes.insert(tensor);
    }
    const auto outside = [&](int tensor) { return !work->keeps(tensor); };
    for (const int tensor : writes) {
      if (work->keeps(tensor)) dropped_.insert(root(tensor));
      else dropped_.erase(root(tensor));
    }
    std::copy_if(reads.begin(), reads.end(), std::back_inserter(step.reads), outside);
    std::copy_if(writes.begin(), writes.end(), std::back_inserter(step.writes), outside);
    const int memory = static_cast<int>(tensors_.size());
    tensors_.push_back({kScratchName, Layout(), work->memory_bytes(), Storage::arena, -1});
    work->set_memory(memory);
    step.writes.push_back(memory);
    for (Step& part : parts) {
      part.work.reset();
      part.detail += ", slices of " + std::to_string(work->images());
    }
    step.work = std::move(work);
    step.parts = std::move(parts);
    return step;
  }

  Library& library_;
  std::vector<Step>& steps_;  // those that were taken are empty
  std::vector<Tensor>& tensors_;
  std::vector<Step> result_;
  std::vector<int> variables_;  // a tensor of each
  std::map<int, Step> cheap_;  // by the tensor that they write
  std::set<int> dropped_;      // tensors whose values were not kept
};

}  // namespace

void join_slices(Library& library, std::vector<Step>& steps, std::vector<Tensor>& tensors) { Joiner(library, steps, tensors).run(); }

}  // namespace laminet::cpu
