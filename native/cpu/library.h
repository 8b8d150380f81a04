// The library's handles of one device, and what every primitive of ours is made with.
#pragma once

#include "compat.h"

namespace laminet::cpu {

struct Library {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  int threads = 1;
};

// Scratchpads are planned with the arena; in the library's own mode a primitive would be tied to the thread that created it.
inline dnnl::primitive_attr attributes() {
  dnnl::primitive_attr result;
  result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return result;
}

}  // namespace laminet::cpu
