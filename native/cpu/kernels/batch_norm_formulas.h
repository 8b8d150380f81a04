// What a batch norm computes of one element, and the coefficients that it takes for that from a channel.
#pragma once

#include "batch_norm_rows.h"

namespace laminet::cpu {
namespace LAMINET_ISA {

// The result's values of the activation, and dy where it lets the gradient through. V is a vector or float.
template <BatchNormActivation kActivation, typename V>
LAMINET_INLINE V activate(V y, float alpha) {
  if constexpr (kActivation == BatchNormActivation::relu) return y < 0.0f ? V{} : y;
  if constexpr (kActivation == BatchNormActivation::leaky_relu) return y >= 0.0f ? y : alpha * y;
  return y;
}

template <BatchNormActivation kActivation, typename V>
LAMINET_INLINE V pass_gradient(V y, V dy, float alpha) {
  if constexpr (kActivation == BatchNormActivation::relu) return y > 0.0f ? dy : V{};
  if constexpr (kActivation == BatchNormActivation::leaky_relu) return y >= 0.0f ? dy : alpha * dy;
  return dy;
}

static inline int64_t padded(int64_t lanes) { return (lanes + 15) / 16 * 16; }

// A row of numbers a lane.
template <typename T>
struct Rows {
  T* memory;
  int64_t lanes;  // padded
  T* operator[](int row) const { return memory + row * lanes; }
};

inline constexpr int kCoefficientRows = 5;

// d = dy behind the activation of y = (x - center) * scale + shift, and dx = scale * d + slope * (x - center) + offset. Padding lanes are
// zero.
struct Coefficients {
  float *center, *scale, *shift, *slope, *offset;

  Coefficients(const void* memory, const RowGeometry& geometry) {
    const Rows<float> rows{static_cast<float*>(const_cast<void*>(memory)), padded(geometry.lanes)};
    center = rows[0], scale = rows[1], shift = rows[2], slope = rows[3], offset = rows[4];
  }
};

// One of the activations' versions of a function.
#define LAMINET_WITH_ACTIVATION(function, options, ...)                                                                            \
  ((options).activation == BatchNormActivation::none   ? function<BatchNormActivation::none>(options, __VA_ARGS__)                  \
   : (options).activation == BatchNormActivation::relu ? function<BatchNormActivation::relu>(options, __VA_ARGS__)                  \
                                                       : function<BatchNormActivation::leaky_relu>(options, __VA_ARGS__))

}  // namespace LAMINET_ISA
}  // namespace laminet::cpu
