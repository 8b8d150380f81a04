// A step whose code is nothing but a call.
#pragma once

#include <memory>
#include <utility>

#include "step.h"

namespace laminet::cpu {

template <typename Call>
class CallWork : public Work {
 public:
  explicit CallWork(Call call) : call_(std::move(call)) {}
  void run(void* const* memory) override { call_(memory); }

 private:
  Call call_;
};

// `call(memory)` with the addresses by tensor.
template <typename Call>
std::unique_ptr<Work> call_work(Call call) {
  return std::make_unique<CallWork<Call>>(std::move(call));
}

}  // namespace laminet::cpu
