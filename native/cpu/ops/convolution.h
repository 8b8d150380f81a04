// What the three convolutions share: the problem as the library sees it, and the choice of an implementation.
#pragma once

#include <string>

#include "cpu/claims.h"
#include "cpu/lowering.h"
#include "cpu/threads.h"
#include "cpu/tune.h"
#include "winograd.h"

namespace laminet::cpu {

// Dims in the library's order: n c h w, o i h w (g o i h w when grouped).
struct Convolution {
  Dims source, weights, destination;
  Window window;
  Dims kernel;       // of the listing, h w i o; the output channels split in g o when grouped
  Axes kernel_axes;  // from there to the library's order

  static Convolution from(const Instruction& instruction, const Shape& x, const Shape& kernel, const Shape& y);
  // Empty, or why the library cannot do it.
  std::string refusal(const ClaimGraph& graph, const Instruction& instruction) const;
  // The library's Winograd code is for dense 3x3 windows and channels that fill vectors; 2.6.3 crashes on some others.
  bool suits_winograd() const;
  // The same with a batch small enough to be timed in a few milliseconds, and to lie in the cache as slices do.
  Convolution timed() const;
  // The same for ours, with so many times the images: each run reads the weights at the points, which are four times as large.
  Convolution timed_for_winograd(int64_t times) const;
  // The same with another batch.
  Convolution with_batch(int64_t images) const;
  std::string key() const;

  Layout kernel_layout(const MemoryDesc& desc) const { return Layout::from_library(desc, kernel_axes); }
  MemoryDesc bias() const { return MemoryDesc({destination[1]}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a); }

 private:
  int64_t elements() const;  // of the weights
  // Images of the batch, at least four of them, for about so many operations.
  int64_t images_of(double most) const;
};

// The option that runs the same implementation as `chosen`, for slices of its batch; empty when there is none.
template <typename Desc>
Desc like(const Desc& chosen, const std::vector<Option<Desc>>& options) {
  for (const Option<Desc>& option : options)
    if (std::string(option.desc.impl_info_str()) == chosen.impl_info_str()) return option.desc;
  return {};
}

inline Layout image_layout(const MemoryDesc& desc) { return Layout::from_library(desc, kImageAxes); }

// The conversion of an image from the blocked layout that its neighbours use, when a primitive wants it plain though it has channels to
// block.
void add_unblocking_trial(Trials& trials, Library& library, const MemoryDesc& image);

// Adds the step that makes windows of a value, the weights of a convolution of ours; gives their tensor.
int add_windows(Lowering& lowering, const Convolution& convolution, const Winograd& winograd, int weights, bool backward);

// One way to compute a convolution: the library's, or ours.
template <typename Desc>
struct Implementation {
  std::string name;  // empty: there is none
  Desc desc;
  std::optional<Winograd> winograd;

  explicit operator bool() const { return !name.empty(); }
};

// Which share of the time of ours counts: of what it does for each image, and of what it does once, for the true batch.
struct Shares {
  double images, once;
};

// What a run of ours takes; empty where it cannot do what is asked for.
using WinogradTrials = std::function<Trials(const Winograd&, const Shares&)>;

// The fastest option at the true batch size, timed on one thread: on several, a run takes as long as the thread that is kept from its core
// for longest. `make(convolution, algorithm)` gives a Made<Desc>, `descs(desc)` its memory descriptors, `trials(desc, convolution)` what a run
// of one takes, and `trials_of_ours(winograd, shares)` what one of ours for `small_of_ours` takes. The library's Winograd is no option beside
// ours, which comes first: it loses where direct code is clearly faster.
template <typename Desc, typename Make, typename Descs, typename MakeTrials>
Implementation<Desc> choose(const std::string& direction, const Convolution& convolution, const Convolution& small_of_ours, const Make& make,
                            const Descs& descs, const MakeTrials& trials, const WinogradTrials& trials_of_ours) {
  const auto offered = [&](const Convolution& problem, const Convolution& problem_of_ours) {
    std::vector<Implementation<Desc>> result;
    const std::optional<Winograd> ours = trials_of_ours ? Winograd::of(problem_of_ours) : std::nullopt;
    if (ours) result.push_back({ours->name(), {}, ours});
    const auto checked = [&](dnnl::algorithm algorithm) -> Made<Desc> {
      if (algorithm == dnnl::algorithm::convolution_winograd && (ours || !problem.suits_winograd())) return {};
      return make(problem, algorithm);
    };
    for (const Option<Desc>& option : options<Desc>(checked, descs)) result.push_back({option.name, option.desc, {}});
    return result;
  };
  const std::vector<Implementation<Desc>> all = offered(convolution, convolution);
  if (all.empty()) return {};
  if (all.size() == 1) return all.front();
  const OneThread one_thread;
  const Convolution small = convolution.timed();
  const std::vector<Implementation<Desc>> timed = offered(small, small_of_ours);
  std::vector<std::string> names;
  for (const Implementation<Desc>& option : timed) names.push_back(option.name);
  if (names.empty()) return all.front();
  const auto share_of = [&](const Convolution& other) {
    return static_cast<double>(small.source[0]) / static_cast<double>(other.source[0]);
  };
  const Shares shares{share_of(small_of_ours), share_of(convolution)};
  const std::string key = direction + " " + small.key() + (timed.front().winograd ? " of " + std::to_string(convolution.source[0]) : "");
  const std::string winner = fastest(key, names, [&](size_t index) {
    if (!timed[index].winograd) return trials(timed[index].desc, small);
    return trials_of_ours(*timed[index].winograd, shares);
  });
  for (const Implementation<Desc>& option : all)
    if (option.name == winner) return option;
  return all.front();
}

}  // namespace laminet::cpu
