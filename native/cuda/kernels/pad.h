// pad and mirror_pad: one launch that writes every cell of the result once.
#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>
#include <vector>

#include "runtime/program.h"

namespace laminet::cuda {

// Cell i of a source axis lands at before + i * step; cells of the result that none lands on are new.
struct PadAxis {
  int64_t source, result;  // sizes
  int64_t before = 0;
  int64_t step = 1;
};

struct Pad {
  std::vector<PadAxis> axes;  // the last one counts bytes
  bool mirrors = false;       // new cells reflect the source, else they hold `value`
  std::array<uint8_t, 16> value{};  // the bytes of an element, repeated
};

// The padding of a tensor with as few axes as possible. `axes` are those of the tensor, in elements; `value` has the bytes of an element.
Pad simplified_pad(DType dtype, const std::vector<PadAxis>& axes, bool mirrors, const void* value);

// False for paddings with more axes than the kernel takes.
bool pad_supported(const Pad& pad);
void launch_pad(const Pad& pad, const void* source, void* result, cudaStream_t stream);

}  // namespace laminet::cuda
