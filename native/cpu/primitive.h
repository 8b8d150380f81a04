// A library primitive as the code of a step. Its memory objects follow the addresses of the run without allocating.
#pragma once

#include <vector>

#include "library.h"
#include "step.h"

namespace laminet::cpu {

struct Argument;

class PrimitiveWork : public Work {
 public:
  PrimitiveWork(Library& library, const dnnl::primitive& primitive, const std::vector<Argument>& arguments);
  void run(void* const* memory) override;

 private:
  struct Bound {
    int tensor;
    void* address;
    dnnl::memory memory;
  };
  dnnl_stream_t stream_;
  dnnl::primitive primitive_;
  std::vector<Bound> bound_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

// Throws what a status of the library says.
void check(dnnl_status_t status, const char* what);

}  // namespace laminet::cpu
