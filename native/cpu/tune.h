// Choice by timing: the implementations of one problem, the library's and ours, are run on dummy memory when a program is compiled, and the
// winner is kept for this process and for those that follow. An implementation that calls itself "ref" is never an option.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "library.h"
#include "memory.h"
#include "runtime/choices.h"
#include "step.h"

namespace laminet::cpu {

template <typename Desc>
struct Option {
  std::string name;  // of algorithm and implementation: the same for another batch size
  Desc desc;
};

// Slots and descriptors of a primitive's arguments.
using TimedArguments = std::vector<std::pair<int, MemoryDesc>>;

// The code of a step on dummy memory, to be timed.
class Trial {
 public:
  // `bytes`: of the tensors, which the work knows as 0, 1, ... `share`: of its time that counts.
  Trial(std::unique_ptr<Work> work, const std::vector<size_t>& bytes, double share = 1);
  // Runs once. Runs during which a thread was interrupted count only while there is no other.
  void run();
  double fastest() const { return (clean_runs_ > 0 ? fastest_clean_ : fastest_) * share_; }
  int clean_runs() const { return clean_runs_; }

 private:
  std::unique_ptr<Work> work_;
  std::vector<Block> blocks_;
  std::vector<void*> memory_;
  double share_;
  double fastest_ = 1e9, fastest_clean_ = 1e9;
  int clean_runs_ = 0;
};

// What one option costs: the sum of its trials.
using Trials = std::vector<Trial>;
void add_primitive_trial(Trials& trials, Library& library, const dnnl::primitive& primitive, const dnnl::primitive_desc_base& desc,
                         TimedArguments arguments);
void add_reorder_trial(Trials& trials, Library& library, const MemoryDesc& from, const MemoryDesc& to);

// The choices of this process, shared with the others of this machine: timing anew would choose differently now and then, and two
// implementations round differently.
Choices& kept_choices();

// The name of the fastest option; `make(i)` is asked once per key, if no process has asked before. The options run in turn, so that a machine
// that is busy for a while is unfair to nobody; the first one, which should win, does so near ties, and gets a second chance.
std::string fastest(const std::string& key, const std::vector<std::string>& names,
                    const std::function<Trials(size_t)>& make);

// Readable by everybody but the library, and not its plain loops.
bool acceptable(const char* implementation, const std::vector<MemoryDesc>& descs);

// A descriptor and its forward hint, to which the library keeps a plain pointer while it is asked for further implementations.
template <typename Desc>
struct Made {
  Desc desc;
  dnnl::convolution_forward::primitive_desc hint;
};

// What the library offers: the first two implementations of each algorithm. `make(algorithm)` is a Made<Desc>.
template <typename Desc, typename Make, typename Descs>
std::vector<Option<Desc>> options(const Make& make, const Descs& descs) {
  std::vector<Option<Desc>> result;
  for (const auto& [algorithm, word] : {std::pair{dnnl::algorithm::convolution_direct, "direct "},
                                        std::pair{dnnl::algorithm::convolution_winograd, "winograd "}}) {
    for (int implementation = 0; implementation < 2; ++implementation) {
      Made<Desc> made = make(algorithm);
      Desc& desc = made.desc;
      bool there = static_cast<bool>(desc);
      // Made anew each time: 3.x moves the very descriptor on, whoever shares it.
      for (int skipped = 0; there && skipped < implementation; ++skipped) there = next_implementation(desc);
      if (!there) break;
      if (acceptable(desc.impl_info_str(), descs(desc))) result.push_back({word + std::string(desc.impl_info_str()), desc});
    }
  }
  return result;
}

}  // namespace laminet::cpu
