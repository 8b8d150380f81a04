// From CUPTI's clock to the steady clock.
#pragma once

#include <cstdint>

#include "cupti_library.h"

namespace laminet::cuda {

// Two readings of both clocks make a line. A timestamp callback would spare this, and gives kernels without times in CUPTI 12.6 to 13.0
// (release notes of CUPTI 13.1).
class CuptiClock {
 public:
  // At the beginning of a recording, and at its end.
  CUptiResult read(const CuptiLibrary& cupti);
  // Nanoseconds of the steady clock.
  int64_t steady(uint64_t cupti_time) const;

 private:
  struct Reading {
    uint64_t cupti = 0;
    int64_t steady = 0;
  };
  Reading first_, last_;
};

}  // namespace laminet::cuda
