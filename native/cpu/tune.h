// Choice by timing: the implementations that the library offers for one problem are run on dummy memory when a program is compiled, and the
// winner is remembered for the life of the process. An implementation that calls itself "ref" is never an option.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "library.h"

namespace laminet::cpu {

template <typename Desc>
struct Option {
  std::string name;  // of algorithm and implementation: the same for another batch size
  Desc desc;
};

// Slots and descriptors of a primitive's arguments.
using TimedArguments = std::vector<std::pair<int, MemoryDesc>>;

// Seconds of the fastest of a few runs on dummy memory.
double time_primitive(Library& library, const dnnl::primitive& primitive, const dnnl::primitive_desc_base& desc, TimedArguments arguments);
double time_reorder(Library& library, const MemoryDesc& from, const MemoryDesc& to);

// The index of the fastest option; `seconds(i)` is asked once per key and number of threads. The first one wins near ties.
std::string fastest(Library& library, const std::string& key, const std::vector<std::string>& names,
                    const std::function<double(size_t)>& seconds);

// Readable by everybody but the library, and not its plain loops.
bool acceptable(const char* implementation, const std::vector<MemoryDesc>& descs);

// What the library offers: the implementations of each algorithm (its own order), at most three of them.
template <typename Desc, typename Make, typename Descs>
std::vector<Option<Desc>> options(const Make& make, const Descs& descs) {
  std::vector<Option<Desc>> result;
  for (const auto& [algorithm, word] : {std::pair{dnnl::algorithm::convolution_direct, "direct "},
                                        std::pair{dnnl::algorithm::convolution_winograd, "winograd "}}) {
    for (int implementation = 0; implementation < 3; ++implementation) {
      Desc desc = make(algorithm);
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
